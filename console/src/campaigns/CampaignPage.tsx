import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { lazy, Suspense, useMemo } from 'react';
import { type CampaignDetail, getCampaign } from '../api/campaigns.ts';
import { getRate } from '../api/rate.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import type { PageProps } from '../frame/pages.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import './campaigns.css';
import { CampaignActions } from './CampaignActions.tsx';
import { CampaignDetails } from './CampaignDetails.tsx';
import { CampaignBadges } from './CampaignName.tsx';
import { CampaignReason } from './CampaignReason.tsx';
import { CampaignTiles } from './CampaignTiles.tsx';
import { Standing } from './campaignColumns.tsx';
import { ErrorGroups } from './ErrorGroups.tsx';
import { CAMPAIGNS_PATH, campaignPath } from './paths.ts';
import { RatePanel } from './RatePanel.tsx';
import { RowsTable } from './RowsTable.tsx';
import { isMoving, nameOf, needsDecision } from './standing.ts';
import { UnconfirmedAdvice } from './UnconfirmedAdvice.tsx';
import { useSendRates } from './useSendRates.ts';

/** The chart component is large, and a campaign that has sent nothing needs none. */
const ProgressChart = lazy(() => import('./ProgressChart.tsx'));

const MOVING_MS = 1000;
const QUIET_MS = 5000;
const RATE_MS = 3000;

/** One campaign: how it stands and why, its progress, errors and rows, and what can be done with it. */
export default function CampaignPage({ rest: batchId }: PageProps) {
  const live = useLive(
    batchId,
    async (signal) => ({ campaign: await getCampaign(batchId, signal) }),
    (found) => (found?.campaign !== undefined && isMoving(found.campaign) ? MOVING_MS : QUIET_MS),
  );
  const campaign = live.data?.campaign;
  usePageTitle([
    { text: t.campaigns.title, href: CAMPAIGNS_PATH },
    { text: campaign === undefined ? batchId.slice(0, 8) : nameOf(campaign), href: campaignPath(batchId) },
  ]);
  if (live.data === undefined) {
    if (live.error === undefined) return <Loading what={t.campaigns.campaign} />;
    return <Failure error={live.error} what={t.campaigns.campaign} retry={live.refresh} />;
  }
  if (campaign === undefined) {
    return (
      <Empty title={t.campaigns.unknown} action={<Button href={CAMPAIGNS_PATH}>{t.campaigns.goToAll}</Button>}>
        {t.campaigns.unknownHint}
      </Empty>
    );
  }
  return (
    <SpaceBetween size="l">
      {live.error && <Failure error={live.error} what={t.campaigns.campaign} retry={live.refresh} stale />}
      <CampaignView campaign={campaign} refresh={live.refresh} />
    </SpaceBetween>
  );
}

function CampaignView({ campaign, refresh }: { campaign: CampaignDetail; refresh: () => void }) {
  const rate = useLive('rate', getRate, RATE_MS);
  const rates = useSendRates(useMemo(() => [campaign], [campaign]));
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        {...(campaign.subject && { description: campaign.subject })}
        actions={<CampaignActions campaign={campaign} refresh={refresh} />}
      >
        <span className="pg-campaign-title">
          <span className="pg-title">{nameOf(campaign)}</span>
          <span className="pg-campaign-standing">
            <Standing campaign={campaign} />
          </span>
          <CampaignBadges campaign={campaign} />
        </span>
      </Header>
      <CampaignReason campaign={campaign} />
      {needsDecision(campaign) && <UnconfirmedAdvice since={campaign.finishedAt ?? campaign.createdAt} />}
      <CampaignTiles campaign={campaign} rate={rates.get(campaign.batchId)} />
      <ErrorGroups campaign={campaign} />
      {(campaign.perMinute?.length ?? 0) > 0 && (
        <Suspense fallback={<Loading what={t.campaigns.chart.title} />}>
          <ProgressChart campaign={campaign} perSecond={rate.data?.perSecond} />
        </Suspense>
      )}
      <RowsTable campaign={campaign} />
      {rate.data !== undefined && <RatePanel rate={rate.data} refresh={rate.refresh} />}
      <CampaignDetails campaign={campaign} />
    </SpaceBetween>
  );
}
