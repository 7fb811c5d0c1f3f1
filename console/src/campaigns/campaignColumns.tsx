import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import type { Campaign } from '../api/campaigns.ts';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { t } from '../i18n/texts.ts';
import { CampaignBar } from './CampaignBar.tsx';
import { CampaignName } from './CampaignName.tsx';
import { rowsPath } from './paths.ts';
import { failedOf, standingOf } from './standing.ts';

/** A campaign with the rate that was measured for it. */
export interface ListedCampaign extends Campaign {
  readonly rate: number | undefined;
}

export const CAMPAIGN_COLUMNS: TableProps.ColumnDefinition<ListedCampaign>[] = [
  {
    id: 'name',
    header: t.campaigns.campaign,
    isRowHeader: true,
    minWidth: 220,
    cell: (campaign) => <CampaignName campaign={campaign} />,
  },
  { id: 'status', header: t.common.status, minWidth: 215, cell: (campaign) => <Standing campaign={campaign} /> },
  {
    id: 'progress',
    header: t.campaigns.progress,
    minWidth: 200,
    cell: (campaign) => <CampaignBar campaign={campaign} rate={campaign.rate} thin />,
  },
  {
    id: 'failed',
    header: t.campaigns.failed,
    minWidth: 90,
    cell: (campaign) => <Rows campaign={campaign} count={failedOf(campaign)} />,
  },
  {
    id: 'unconfirmed',
    header: t.campaigns.unconfirmed,
    minWidth: 110,
    cell: (campaign) => <Rows campaign={campaign} count={campaign.unconfirmed} />,
  },
  {
    id: 'started',
    header: t.campaigns.started,
    minWidth: 180,
    cell: ({ startedAt, createdAt }) => (
      <span className="pg-unbroken">{formatTime(Date.parse(startedAt ?? createdAt) / 1000)}</span>
    ),
  },
];

export function Standing({ campaign }: { campaign: Campaign }) {
  const { type, text } = standingOf(campaign);
  return (
    <StatusIndicator type={type} {...(type === 'in-progress' && { colorOverride: 'blue' as const })}>
      {text}
    </StatusIndicator>
  );
}

/** A count of rows that leads to them. */
function Rows({ campaign, count }: { campaign: Campaign; count: number }) {
  if (count === 0) return <span className="pg-muted">0</span>;
  return <Link href={rowsPath(campaign.batchId, 'ERROR')}>{formatCount(count)}</Link>;
}
