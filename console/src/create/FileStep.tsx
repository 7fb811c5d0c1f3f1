import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { formatBytes } from '../format/number.ts';
import { t } from '../i18n/texts.ts';
import { type Draft, isLarge } from './draft.ts';
import { TemplateFields } from './TemplateFields.tsx';

export interface StepProps {
  readonly draft: Draft;
  readonly change: (changes: Partial<Draft>) => void;
}

/** The file, and where its subject and content come from. */
export function FileStep({ draft, change, columns }: StepProps & { columns: readonly string[] }) {
  const texts = t.create.file;
  const { file } = draft;
  const lacksEmail = file !== undefined && columns.length > 0 && !columns.includes('email');
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{texts.title}</Header>}>
        <SpaceBetween size="m">
          <FormField label={texts.label} description={texts.description} stretch>
            <FileUpload
              value={file === undefined ? [] : [file]}
              accept=".csv,.tsv,.txt,text/csv"
              showFileSize
              onChange={({ detail }) => change({ file: detail.value[0] })}
              {...(lacksEmail && { fileErrors: [texts.noEmail(columns.join(', '))] })}
              {...(file !== undefined && isLarge(file) && { fileWarnings: [texts.large] })}
              i18nStrings={{
                uploadButtonText: () => texts.choose,
                dropzoneText: () => texts.drop,
                removeFileAriaLabel: (_, name) => texts.remove(name),
                limitShowFewer: '',
                limitShowMore: '',
                errorIconAriaLabel: t.common.error,
                warningIconAriaLabel: t.common.warning,
                formatFileSize: formatBytes,
              }}
            />
          </FormField>
          {file === undefined && <Alert type="info">{texts.nothingSent}</Alert>}
        </SpaceBetween>
      </Container>
      {file !== undefined && (
        <Container header={<Header variant="h2">{texts.content}</Header>}>
          <SpaceBetween size="l">
            <FormField label={texts.from}>
              <RadioGroup
                value={draft.ownContent ? 'own' : 'file'}
                onChange={({ detail }) => change({ ownContent: detail.value === 'own' })}
                items={[
                  { value: 'file', label: texts.ofFile, description: texts.ofFileHint },
                  { value: 'own', label: texts.own, description: texts.ownHint },
                ]}
              />
            </FormField>
            {draft.ownContent && <TemplateFields draft={draft} change={change} columns={columns} />}
          </SpaceBetween>
        </Container>
      )}
    </SpaceBetween>
  );
}
