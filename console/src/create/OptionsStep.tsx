import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import DatePicker from '@cloudscape-design/components/date-picker';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TimeInput from '@cloudscape-design/components/time-input';
import { t } from '../i18n/texts.ts';
import { isCampaignId, sendAtOf } from './draft.ts';
import type { StepProps } from './FileStep.tsx';
import { TestSend } from './TestSend.tsx';

/** The time zone of the browser, such as `Europe/Madrid`. */
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Name, sender, time, and a test. */
export function OptionsStep({ draft, change }: StepProps) {
  const texts = t.create.options;
  const problem = optionsProblem(draft);
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{texts.title}</Header>}>
        <SpaceBetween size="l">
          <FormField
            label={texts.name}
            description={texts.nameHint}
            {...(!isCampaignId(draft.campaignId) && { errorText: texts.nameInvalid })}
          >
            <Input
              value={draft.campaignId}
              placeholder="spring-sale"
              spellcheck={false}
              onChange={({ detail }) => change({ campaignId: detail.value })}
            />
          </FormField>
          <FormField label={texts.fromName} description={texts.fromNameHint}>
            <Input value={draft.fromName} onChange={({ detail }) => change({ fromName: detail.value })} />
          </FormField>
          <FormField label={texts.replyTo} description={texts.replyToHint}>
            <Input type="email" value={draft.replyTo} onChange={({ detail }) => change({ replyTo: detail.value })} />
          </FormField>
          <FormField label={texts.when}>
            <RadioGroup
              value={draft.isScheduled ? 'later' : 'now'}
              onChange={({ detail }) => change({ isScheduled: detail.value === 'later' })}
              items={[
                { value: 'now', label: texts.now },
                { value: 'later', label: texts.later },
              ]}
            />
          </FormField>
          {draft.isScheduled && (
            <SpaceBetween direction="horizontal" size="l">
              <FormField
                label={texts.date}
                {...(problem === 'schedule' && draft.date !== '' && { errorText: texts.inThePast })}
              >
                <DatePicker
                  value={draft.date}
                  onChange={({ detail }) => change({ date: detail.value })}
                  placeholder="YYYY/MM/DD"
                  isDateEnabled={(date) => date.getTime() > Date.now() - 86_400_000}
                  openCalendarAriaLabel={(chosen) =>
                    chosen === null ? texts.chooseDate : `${texts.chooseDate}, ${chosen}`
                  }
                />
              </FormField>
              <FormField label={texts.time} constraintText={texts.zone(ZONE)}>
                <TimeInput
                  format="hh:mm"
                  placeholder="hh:mm"
                  value={draft.time}
                  onChange={({ detail }) => change({ time: detail.value })}
                />
              </FormField>
            </SpaceBetween>
          )}
          <Checkbox
            checked={draft.dryRun}
            description={texts.dryRunHint}
            onChange={({ detail }) => change({ dryRun: detail.checked })}
          >
            {t.campaigns.dryRun}
          </Checkbox>
        </SpaceBetween>
      </Container>
      <TestSend draft={draft} />
    </SpaceBetween>
  );
}

/** What keeps the options from being used. */
export function optionsProblem(draft: StepProps['draft']): 'name' | 'schedule' | undefined {
  if (!isCampaignId(draft.campaignId)) return 'name';
  const at = sendAtOf(draft);
  if (draft.isScheduled && (at === undefined || at.getTime() <= Date.now())) return 'schedule';
  return undefined;
}
