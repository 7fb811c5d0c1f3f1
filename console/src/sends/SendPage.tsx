import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { getSend, type SendDetail } from '../api/sends.ts';
import { campaignPath } from '../campaigns/paths.ts';
import { UnconfirmedAdvice } from '../campaigns/UnconfirmedAdvice.tsx';
import { CopyableText } from '../components/CopyableText.tsx';
import { formatTime } from '../format/time.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { local } from '../frame/local.ts';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import type { PageProps } from '../frame/pages.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { useNarrow } from '../live/useMedia.ts';
import { LOOK_UP_PATH, lookUpPath, mailboxPath, sendPath, suppressionPath, tracePath } from './links.ts';
import { SendHistory } from './SendHistory.tsx';

const MOVING_MS = 2000;
const QUIET_MS = 15_000;

const STATUS_TYPES: Record<SendDetail['status'], StatusIndicatorProps.Type> = {
  PENDING: 'pending',
  QUEUED: 'in-progress',
  SENT: 'success',
  ERROR: 'error',
};

/** One send: what happened to one email to one recipient, and where it belongs. */
export default function SendPage({ rest: sendId }: PageProps) {
  usePageTitle([
    { text: t.lookUp.title, href: LOOK_UP_PATH },
    { text: sendId, href: sendPath(sendId) },
  ]);
  const { data, error, refresh } = useLive(
    `send ${sendId}`,
    async (signal) => ({ send: await getSend(sendId, signal) }),
    (found) => (found?.send?.status === 'PENDING' || found?.send?.status === 'QUEUED' ? MOVING_MS : QUIET_MS),
  );
  if (data === undefined) {
    if (error === undefined) return <Loading what={t.sends.send} />;
    return <Failure error={error} what={t.sends.send} retry={refresh} />;
  }
  if (data.send === undefined) {
    return (
      <Empty title={t.sends.unknown} action={<Button href={LOOK_UP_PATH}>{t.lookUp.title}</Button>}>
        {t.sends.unknownHint}
      </Empty>
    );
  }
  return <SendView send={data.send} />;
}

function SendView({ send }: { send: SendDetail }) {
  const narrow = useNarrow();
  const texts = t.sends;
  const { status, error } = send;
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={send.subject} actions={<Links send={send} />}>
        <span className="pg-title">{send.email}</span>
      </Header>
      {error !== null && (
        <Alert type="error" header={error.code}>
          {error.message}
        </Alert>
      )}
      {status === 'ERROR' && error?.class === 'unconfirmed' && (
        <UnconfirmedAdvice
          since={send.lastAttemptAt ?? send.updatedAt}
          ofCampaign={send.channel === 'campaign'}
          {...(send.provider !== null && { provider: send.provider })}
        />
      )}
      <Container>
        <KeyValuePairs
          columns={narrow ? 1 : 3}
          minColumnWidth={160}
          items={[
            {
              label: t.common.status,
              value: <StatusIndicator type={STATUS_TYPES[status]}>{texts.statuses[status]}</StatusIndicator>,
            },
            { label: texts.rowNumber, value: send.rowNumber },
            { label: texts.channel, value: send.channel },
            { label: texts.attempts, value: send.attempts },
            { label: texts.lastAttempt, value: timeOf(send.lastAttemptAt) },
            { label: texts.created, value: timeOf(send.createdAt) },
            { label: texts.provider, value: send.provider ?? '–' },
            { label: t.mailbox.messageId, value: send.messageId === null ? '–' : <Id id={send.messageId} /> },
            { label: texts.sendId, value: <Id id={send.sendId} /> },
          ]}
        />
      </Container>
      <SendHistory send={send} />
    </SpaceBetween>
  );
}

/** The pages of what the send belongs to; the trace and the mailbox only where there are any. */
function Links({ send }: { send: SendDetail }) {
  const { batchId, sendId, channel, email } = send;
  const texts = t.sends;
  const isCampaign = channel === 'campaign';
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {isCampaign && (
        <Button href={`${campaignPath(batchId)}?email=${encodeURIComponent(email)}`}>{texts.campaign}</Button>
      )}
      {!isCampaign && <Button href={lookUpPath(batchId)}>{texts.batch}</Button>}
      {local !== undefined && isCampaign && <Button href={tracePath(sendId)}>{texts.trace}</Button>}
      {local !== undefined && <Button href={mailboxPath(email)}>{t.mailbox.title}</Button>}
      {isSuppressed(send) && <Button href={suppressionPath(email)}>{t.suppressions.title}</Button>}
    </SpaceBetween>
  );
}

/** Whether the address was on the suppression list, or has come to it because of this send. */
const isSuppressed = ({ error, feedbackEvents }: SendDetail): boolean =>
  error?.code === 'Suppressed' ||
  feedbackEvents.some(({ kind }) => kind === 'BOUNCED' || kind === 'COMPLAINED' || kind === 'UNSUBSCRIBED');

function Id({ id }: { id: string }) {
  return <CopyableText text={id} what={t.sends.id} />;
}

const timeOf = (iso: string | null): string => (iso === null ? '–' : formatTime(Date.parse(iso) / 1000, true));
