import Badge from '@cloudscape-design/components/badge';
import Link from '@cloudscape-design/components/link';
import type { Campaign } from '../api/campaigns.ts';
import { ShortId } from '../components/ShortId.tsx';
import { formatDuration } from '../format/time.ts';
import { t } from '../i18n/texts.ts';
import { useNow } from '../live/useNow.ts';
import { campaignPath } from './paths.ts';
import { nameOf } from './standing.ts';

/** The name of a campaign as a link, with its badges, its subject and its hash. */
export function CampaignName({ campaign }: { campaign: Campaign }) {
  return (
    <div className="pg-campaign-name">
      <div className="pg-campaign-title">
        <Link href={campaignPath(campaign.batchId)}>{nameOf(campaign)}</Link>
        <CampaignBadges campaign={campaign} />
      </div>
      {campaign.subject && <div className="pg-muted pg-small pg-clipped">{campaign.subject}</div>}
      <div className="pg-muted pg-small">
        <ShortId id={campaign.batchId} what={t.campaigns.batchId} />
      </div>
    </div>
  );
}

/** What sets a campaign apart: a dry run, a schedule. */
export function CampaignBadges({ campaign }: { campaign: Campaign }) {
  const isScheduled = campaign.status === 'SCHEDULED' && campaign.sendAt !== undefined;
  const now = useNow(1000, isScheduled);
  return (
    <>
      {campaign.dryRun && <Badge color="blue">{t.campaigns.dryRun}</Badge>}
      {isScheduled && (
        <Badge color="severity-neutral">
          {t.campaigns.scheduledIn(formatDuration(roundToMinutes(Date.parse(campaign.sendAt ?? '') - now)))}
        </Badge>
      )}
    </>
  );
}

/** Whole minutes where there are some, so that the badge changes once a minute. */
function roundToMinutes(ms: number): number {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return (seconds < 120 ? seconds : Math.round(seconds / 60) * 60) * 1000;
}
