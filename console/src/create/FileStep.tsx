import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { CsvInput } from '../components/CsvInput.tsx';
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
            <CsvInput
              file={file}
              onChange={(chosen) => change({ file: chosen })}
              error={lacksEmail ? texts.noEmail(columns.join(', ')) : undefined}
              warning={file !== undefined && isLarge(file) ? texts.large : undefined}
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
