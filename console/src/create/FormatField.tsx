import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { t } from '../i18n/texts.ts';
import type { StepProps } from './FileStep.tsx';

/** Asks whether a content that looks like HTML is HTML. Nothing is chosen beforehand. */
export function FormatField({ draft, change }: StepProps) {
  const texts = t.create.format;
  return (
    <FormField label={texts.question} {...(draft.format === undefined && { errorText: texts.choose })}>
      <RadioGroup
        value={draft.format ?? null}
        onChange={({ detail }) => change({ format: detail.value === 'html' ? 'html' : 'text' })}
        items={[
          { value: 'html', label: texts.html, description: texts.htmlHint },
          { value: 'text', label: texts.text, description: texts.textHint },
        ]}
      />
    </FormField>
  );
}
