import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { formatTime } from '../format/time.ts';
import { t } from '../i18n/texts.ts';
import { useNow } from '../live/useNow.ts';

/** Events of SES normally arrive within minutes. https://docs.aws.amazon.com/ses/latest/dg/monitor-using-event-publishing.html */
const HOUR_MS = 3_600_000;
const REFRESH_MS = 15_000;

interface UnconfirmedAdviceProps {
  /** The last time at which one of the emails may have been sent, ISO 8601. */
  readonly since: string;
  /** By default SES, with which campaigns are sent. */
  readonly provider?: string;
  /** Whether a retry of its campaign decides about it; so it is by default. */
  readonly ofCampaign?: boolean;
}

/** What is known of emails whose provider may have accepted them, what not, and what can be done. */
export function UnconfirmedAdvice({ since, provider = 'ses', ofCampaign = true }: UnconfirmedAdviceProps) {
  const now = useNow(REFRESH_MS, true);
  const texts = t.campaigns.advice;
  const { resend, accept } = t.campaigns.redrive;
  const until = Date.parse(since) + HOUR_MS;
  if (provider !== 'ses') {
    return (
      <Alert type="info" header={texts.otherTitle}>
        {texts.other(provider)}
      </Alert>
    );
  }
  if (now < until) {
    return (
      <Alert type="info" header={texts.waitTitle}>
        {texts.wait(formatTime(until / 1000))}
      </Alert>
    );
  }
  return (
    <Alert type="warning" header={texts.silentTitle}>
      <SpaceBetween size="xs">
        <div>
          {texts.silent} {ofCampaign ? texts.decide : texts.noRetry}
        </div>
        {ofCampaign && (
          <ul className="pg-list">
            {[resend, accept].map(({ label, description }) => (
              <li key={label}>
                <strong>{label}</strong>: {description}
              </li>
            ))}
          </ul>
        )}
        <div>{texts.late}</div>
      </SpaceBetween>
    </Alert>
  );
}
