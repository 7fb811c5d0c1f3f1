import type { Campaign } from '../api/campaigns.ts';
import { StackedBar } from '../components/StackedBar.tsx';
import { formatCount, formatRate } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { t } from '../i18n/texts.ts';
import { failedOf, isMoving, openOf } from './standing.ts';

/** How much of a campaign is sent: a bar, and beneath it the counts with the rate and the time left while it runs. */
export function CampaignBar({
  campaign,
  rate,
  thin = false,
}: {
  campaign: Campaign;
  rate: number | undefined;
  thin?: boolean;
}) {
  const { counts, enqueued, unconfirmed } = campaign;
  const open = openOf(campaign);
  const sent = t.campaigns.sentOf(formatCount(counts.SENT), formatCount(enqueued));
  return (
    <div className="pg-campaign-bar">
      <StackedBar
        thin={thin}
        label={sent}
        parts={[
          { id: 'sent', kind: 'succeeded', count: counts.SENT },
          { id: 'failed', kind: 'failed', count: failedOf(campaign) },
          { id: 'unconfirmed', kind: 'unconfirmed', count: unconfirmed },
          { id: 'open', kind: 'pending', count: open },
        ]}
      />
      <div className="pg-progress-line pg-small">
        <span>{sent}</span>
        {isMoving(campaign) && rate !== undefined && rate > 0 && (
          <span className="pg-muted">
            {t.campaigns.perSecond(formatRate(rate))}
            {open > 0 && ` · ${t.campaigns.left(formatDuration((open / rate) * 1000))}`}
          </span>
        )}
      </div>
    </div>
  );
}
