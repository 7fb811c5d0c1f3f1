import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { type CampaignDetail, FEEDBACK_NAMES, type FeedbackName } from '../api/campaigns.ts';
import { formatCount, formatShare } from '../format/number.ts';
import { useQuery } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';
import { SUPPRESSIONS_PATH } from '../sends/links.ts';
import { CampaignBar } from './CampaignBar.tsx';
import type { RowFilter } from './rowFilters.ts';
import { failedOf, openOf } from './standing.ts';

/** The campaign in numbers. Each number opens its rows. */
export function CampaignTiles({ campaign, rate }: { campaign: CampaignDetail; rate: number | undefined }) {
  const { counts, feedback } = campaign;
  return (
    <Container header={<Header variant="h2">{t.campaigns.progress}</Header>}>
      <SpaceBetween size="l">
        <CampaignBar campaign={campaign} rate={rate} />
        <dl className="pg-tiles">
          <Tile label={campaign.dryRun ? t.campaigns.simulated : t.campaigns.sent} count={counts.SENT} filter="SENT" />
          <Tile label={t.campaigns.waiting} count={openOf(campaign)} filter="WAITING" />
          <Tile label={t.campaigns.failed} count={failedOf(campaign)} filter="ERROR" />
          <Tile label={t.campaigns.unconfirmed} count={campaign.unconfirmed} filter="ERROR" />
          <Tile label={t.campaigns.skipped} count={campaign.skipped} filter="SKIPPED" />
        </dl>
        {feedback && <FeedbackTiles feedback={feedback} sent={counts.SENT} />}
      </SpaceBetween>
    </Container>
  );
}

/** AWS reviews an account whose share of these is higher. https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html */
const REVIEWED_ABOVE: Partial<Record<FeedbackName, number>> = { bounced: 0.05, complained: 0.001 };

/** What became of the emails. The API has no filter for it, so these numbers open no rows; the rows name it. */
function FeedbackTiles({ feedback, sent }: { feedback: Readonly<Record<FeedbackName, number>>; sent: number }) {
  return (
    <SpaceBetween size="xs">
      <Box variant="h3">{t.campaigns.feedback}</Box>
      <dl className="pg-tiles">
        {FEEDBACK_NAMES.map((name) => (
          <div key={name}>
            <dt>
              <Box variant="awsui-key-label">{t.campaigns[name]}</Box>
            </dt>
            <dd>
              <span className={feedback[name] === 0 ? 'pg-tile pg-muted' : 'pg-tile'}>
                {formatCount(feedback[name])}
              </span>
              {feedback[name] > 0 && sent > 0 && (
                <Share share={feedback[name] / sent} limit={REVIEWED_ABOVE[name] ?? Number.POSITIVE_INFINITY} />
              )}
            </dd>
          </div>
        ))}
      </dl>
      <Box color="text-body-secondary" fontSize="body-s">
        {t.campaigns.feedbackHint}{' '}
        <Link href={SUPPRESSIONS_PATH} fontSize="body-s">
          {t.suppressions.title}
        </Link>
      </Box>
    </SpaceBetween>
  );
}

function Share({ share, limit }: { share: number; limit: number }) {
  const text = t.campaigns.shareOfSent(formatShare(share));
  return (
    <div className="pg-muted pg-small">
      {share > limit ? (
        <StatusIndicator type="warning" iconAriaLabel={t.common.warning}>
          {text}
        </StatusIndicator>
      ) : (
        text
      )}
    </div>
  );
}

function Tile({ label, count, filter }: { label: string; count: number; filter: RowFilter }) {
  const [, setQuery] = useQuery();
  return (
    <div>
      <dt>
        <Box variant="awsui-key-label">{label}</Box>
      </dt>
      <dd>
        {count === 0 ? (
          <span className="pg-tile pg-muted">0</span>
        ) : (
          <Link
            variant="awsui-value-large"
            href={`?status=${filter}`}
            ariaLabel={t.campaigns.showRows(label, formatCount(count))}
            onFollow={(event) => {
              event.preventDefault();
              setQuery({ status: filter, email: undefined });
              document.getElementById('rows')?.scrollIntoView({ block: 'start' });
            }}
          >
            {formatCount(count)}
          </Link>
        )}
      </dd>
    </div>
  );
}
