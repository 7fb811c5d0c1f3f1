import Alert from '@cloudscape-design/components/alert';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { CampaignDetail } from '../api/campaigns.ts';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { t } from '../i18n/texts.ts';
import { runbookPath } from '../runbook/links.ts';
import { readReason, unsentOf } from './standing.ts';

/** Why a campaign is not done, in words: what happened, what is sent, and what to do. Nothing for one that is well. */
export function CampaignReason({ campaign }: { campaign: CampaignDetail }) {
  const { status, counts, unconfirmed, nextRetryAt, redriveUntil } = campaign;
  const texts = t.campaigns.reasons;
  const sentAndNot = texts.sentAndNot(formatCount(counts.SENT), formatCount(unsentOf(campaign)));
  if (status === 'READY') return <Alert type="info">{texts.ready}</Alert>;
  if (status === 'SUCCEEDED') {
    if (counts.ERROR === 0) return null;
    return (
      <Alert type="warning" header={texts.permanentTitle(formatCount(counts.ERROR), counts.ERROR)}>
        {texts.permanentDo}
      </Alert>
    );
  }
  if (status === 'ABORTED') {
    return (
      <Alert type="info" header={texts.paused}>
        {sentAndNot} {texts.resume}
        {redriveUntil != null && ` ${texts.until(formatTime(Date.parse(redriveUntil) / 1000))}`}
      </Alert>
    );
  }
  if (status !== 'FAILED' && status !== 'TIMED_OUT') return null;
  const { code = status, text } = readReason(campaign.reason);
  const known = texts.codes[code as keyof typeof texts.codes];
  return (
    <Alert type={nextRetryAt === undefined ? 'error' : 'warning'} header={known?.happened ?? texts.unknown(code)}>
      <SpaceBetween size="xxs">
        <div>
          {sentAndNot} {known?.todo ?? texts.unknownDo}
          {unconfirmed > 0 && ` ${texts.unconfirmed(formatCount(unconfirmed), unconfirmed)}`}
        </div>
        {nextRetryAt !== undefined && <div>{texts.byItself(formatTime(Date.parse(nextRetryAt) / 1000))}</div>}
        {redriveUntil != null && <div>{texts.until(formatTime(Date.parse(redriveUntil) / 1000))}</div>}
        {code !== 'CampaignIncomplete' && text !== '' && <div className="pg-cause pg-small">{text}</div>}
        <Link href={runbookPath(code, unconfirmed > 0)}>{texts.runbook}</Link>
      </SpaceBetween>
    </Alert>
  );
}
