import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { listCampaigns } from '../api/campaigns.ts';
import { ListTable } from '../components/ListTable.tsx';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { PageLinks } from '../paging/PageLinks.tsx';
import { usePageNumbers, usePaging } from '../paging/usePaging.ts';
import './campaigns.css';
import { CAMPAIGN_COLUMNS, type ListedCampaign } from './campaignColumns.tsx';
import { CAMPAIGNS_PATH, EXAMPLE_PATH, NEW_CAMPAIGN_PATH } from './paths.ts';
import { isMoving } from './standing.ts';
import { useSendRates } from './useSendRates.ts';

const PAGE_SIZE = 25;
const MOVING_MS = 1500;
const QUIET_MS = 6000;

/** All campaigns, newest first, kept up to date. */
export default function CampaignsPage() {
  usePageTitle([{ text: t.campaigns.title, href: CAMPAIGNS_PATH }]);
  const paging = usePaging('campaigns');
  const { token } = paging;
  const { data, error, refresh } = useLive(
    `campaigns ${token ?? ''}`,
    (signal) => listCampaigns({ size: PAGE_SIZE, token }, signal),
    (page) => (page?.campaigns.some(isMoving) ? MOVING_MS : QUIET_MS),
  );
  const numbers = usePageNumbers(paging, data !== undefined, data?.next);
  const rates = useSendRates(data?.campaigns);
  if (data === undefined && error === undefined) return <Loading what={t.campaigns.title} />;
  if (data === undefined) return error && <Failure error={error} what={t.campaigns.title} retry={refresh} />;
  const campaigns = data.campaigns.map((campaign) => ({ ...campaign, rate: rates.get(campaign.batchId) }));
  return (
    <SpaceBetween size="s">
      {error && <Failure error={error} what={t.campaigns.title} retry={refresh} stale />}
      <Campaigns campaigns={campaigns} refresh={refresh} pagination={numbers.pages > 1 && <PageLinks of={numbers} />} />
    </SpaceBetween>
  );
}

function Campaigns({
  campaigns,
  refresh,
  pagination,
}: {
  campaigns: readonly ListedCampaign[];
  refresh: () => void;
  pagination: React.ReactNode;
}) {
  return (
    <ListTable
      items={campaigns}
      trackBy="batchId"
      columns={CAMPAIGN_COLUMNS}
      label={t.campaigns.title}
      heading="name"
      sections={{ status: 100, progress: 100, failed: 50, unconfirmed: 50, started: 100 }}
      unnamed={['status', 'progress']}
      pagination={pagination}
      empty={<NoCampaigns />}
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel={t.common.refresh} onClick={refresh} />
              <Button variant="primary" href={NEW_CAMPAIGN_PATH}>
                {t.campaigns.create}
              </Button>
            </SpaceBetween>
          }
        >
          {t.campaigns.title}
        </Header>
      }
    />
  );
}

function NoCampaigns() {
  return (
    <Empty
      title={t.campaigns.none}
      action={
        <div className="pg-centered">
          <Button variant="primary" iconName="upload" href={NEW_CAMPAIGN_PATH}>
            {t.campaigns.upload}
          </Button>
          <Button href={EXAMPLE_PATH}>{t.campaigns.tryExample}</Button>
        </div>
      }
    >
      {t.campaigns.noneHint}
    </Empty>
  );
}
