import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Preflight } from '../api/upload.ts';
import { formatBytes, formatCount, formatMoney, formatRate } from '../format/number.ts';
import { formatDuration, formatTime } from '../format/time.ts';
import { Failure, Loading } from '../frame/PageStates.tsx';
import { t } from '../i18n/texts.ts';
import { type Draft, sendAtOf } from './draft.ts';
import type { Checked } from './usePreflight.ts';

/** Says in one sentence what the last click will do. */
export function ConfirmStep({ draft, checked, error }: { draft: Draft; checked: Checked; error: Error | undefined }) {
  const texts = t.create.confirm;
  const { data, partial } = checked;
  if (checked.error !== undefined) {
    return <Failure error={checked.error} title={t.create.check.refused} retry={() => void checked.check(draft)} />;
  }
  if (checked.busy) return <Loading what={t.create.check.loading} />;
  const sendAt = sendAtOf(draft);
  return (
    <SpaceBetween size="l">
      {error !== undefined && <Failure error={error} title={texts.failed} />}
      <Container>
        <SpaceBetween size="m">
          <Box variant="h2">{sentenceOf(draft, partial ? undefined : data)}</Box>
          {!draft.dryRun && <Box variant="p">{partial ? texts.largeHint : texts.once}</Box>}
          <KeyValuePairs
            columns={3}
            minColumnWidth={160}
            items={[
              { label: t.campaigns.details.file, value: `${draft.file?.name} (${formatBytes(draft.file?.size ?? 0)})` },
              ...(draft.campaignId === '' ? [] : [{ label: t.campaigns.details.campaignId, value: draft.campaignId }]),
              ...(draft.fromName.trim() === '' ? [] : [{ label: t.create.options.fromName, value: draft.fromName }]),
              ...(draft.replyTo.trim() === '' ? [] : [{ label: t.create.options.replyTo, value: draft.replyTo }]),
              ...(sendAt === undefined
                ? []
                : [{ label: t.campaigns.details.scheduledFor, value: formatTime(sendAt.getTime() / 1000) }]),
              ...(partial || data === undefined || data.skipped === 0
                ? []
                : [{ label: t.campaigns.skipped, value: formatCount(data.skipped) }]),
            ]}
          />
          {data?.duplicateOf != null && <Alert type="warning">{t.create.check.duplicateHint}</Alert>}
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

function sentenceOf(draft: Draft, data: Preflight | undefined): string {
  const texts = t.create.confirm;
  if (data === undefined) return texts.large(draft.file?.name ?? '');
  const { seconds, perSecond, usd } = data.estimate;
  const sendAt = sendAtOf(draft);
  const emails = formatCount(data.enqueued);
  if (draft.dryRun) return texts.dryRun(emails, data.enqueued);
  return texts.sentence({
    emails,
    n: data.enqueued,
    from: data.from.email,
    duration: seconds === null ? undefined : formatDuration(Math.max(1, Math.round(seconds)) * 1000),
    rate: formatRate(perSecond),
    cost: usd < 0.01 ? texts.lessThan(formatMoney(0.01)) : formatMoney(usd),
    at: sendAt && formatTime(sendAt.getTime() / 1000),
  });
}

/** The text of the last button. */
export function actionOf(draft: Draft, checked: Checked): string {
  const texts = t.create.confirm;
  if (checked.partial) return texts.upload;
  const n = checked.data?.enqueued ?? 0;
  if (draft.dryRun) return texts.startDryRun;
  return draft.isScheduled ? texts.schedule(formatCount(n), n) : t.campaigns.start.action(formatCount(n), n);
}
