import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { t } from '../i18n/texts.ts';
import type { StepProps } from './FileStep.tsx';
import { FormatField } from './FormatField.tsx';
import { looksLikeHtml, unknownTags } from './tags.ts';

const CONTENT_ID = 'pregon-content';

/** One subject and one content for all rows, with the columns of the file as tags. */
export function TemplateFields({ draft, change, columns }: StepProps & { columns: readonly string[] }) {
  const texts = t.create.template;
  const insert = (column: string) => {
    const field = document.getElementById(CONTENT_ID);
    const at = field instanceof HTMLTextAreaElement ? field.selectionStart : draft.content.length;
    change({ content: `${draft.content.slice(0, at)}{{${column}}}${draft.content.slice(at)}` });
  };
  return (
    <SpaceBetween size="l">
      <FormField label={texts.subject} {...problemWith(draft.subject, columns)} stretch>
        <Input value={draft.subject} onChange={({ detail }) => change({ subject: detail.value })} />
      </FormField>
      <FormField
        label={texts.content}
        description={texts.contentHint}
        controlId={CONTENT_ID}
        {...problemWith(draft.content, columns)}
        stretch
        {...(columns.length > 0 && {
          constraintText: (
            <span className="pg-tags">
              {texts.insert}
              {columns.map((column) => (
                <Button key={column} variant="inline-link" onClick={() => insert(column)}>
                  {`{{${column}}}`}
                </Button>
              ))}
            </span>
          ),
        })}
      >
        <Textarea rows={10} value={draft.content} onChange={({ detail }) => change({ content: detail.value })} />
      </FormField>
      {(looksLikeHtml(draft.content) || draft.format === 'html') && <FormatField draft={draft} change={change} />}
    </SpaceBetween>
  );
}

/** Tags that are not columns of the file, as an error of their field. */
function problemWith(template: string, columns: readonly string[]): { errorText?: string } {
  if (columns.length === 0) return {};
  const unknown = unknownTags(template, columns);
  if (unknown.length === 0) return {};
  return { errorText: unknown.map(({ tag, meant }) => t.create.template.unknownTag(tag, meant)).join(' ') };
}
