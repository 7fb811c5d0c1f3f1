import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import MixedLineBarChart from '@cloudscape-design/components/mixed-line-bar-chart';
import type { CampaignDetail } from '../api/campaigns.ts';
import { formatCount } from '../format/number.ts';
import { t } from '../i18n/texts.ts';
import { bucketsOf } from './buckets.ts';

/** Emails per minute over the time of a campaign, beside the rate that was allowed. */
export default function ProgressChart({
  campaign,
  perSecond,
}: {
  campaign: CampaignDetail;
  perSecond: number | undefined;
}) {
  const texts = t.campaigns.chart;
  const { minutes, buckets } = bucketsOf(campaign.perMinute ?? []);
  const label = (minute: string) => new Date(minute).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const labels = buckets.map(({ minute }) => label(minute));
  const highest = Math.max(1, ...buckets.map(({ sent, error }) => sent + error));
  // An allowed rate far above what was sent would press the bars flat. Then the description alone names it.
  const limit = perSecond === undefined ? undefined : perSecond * 60;
  const isLimitShown = limit !== undefined && limit <= highest * 4;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            limit === undefined
              ? texts.per(minutes)
              : `${texts.per(minutes)} ${texts.allowed(formatCount(Math.round(limit)))}`
          }
        >
          {texts.title}
        </Header>
      }
    >
      <MixedLineBarChart
        height={160}
        hideFilter
        stackedBars
        xScaleType="categorical"
        xDomain={labels}
        yDomain={[0, Math.max(highest, isLimitShown ? limit : 0) * 1.05]}
        xTitle={texts.time}
        yTitle={texts.y}
        ariaLabel={texts.title}
        yTickFormatter={(value) => formatCount(Math.round(value))}
        series={[
          {
            type: 'bar',
            title: campaign.dryRun ? t.campaigns.simulated : t.campaigns.sent,
            color: 'var(--pg-succeeded)',
            data: buckets.map(({ sent }, index) => ({ x: labels[index] ?? '', y: sent })),
          },
          {
            type: 'bar',
            title: t.campaigns.failed,
            color: 'var(--pg-failed)',
            data: buckets.map(({ error }, index) => ({ x: labels[index] ?? '', y: error })),
          },
          ...(isLimitShown
            ? [{ type: 'threshold' as const, title: texts.limit, y: limit, color: 'var(--pg-running)' }]
            : []),
        ]}
      />
    </Container>
  );
}
