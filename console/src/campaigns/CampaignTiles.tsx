import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type CampaignDetail, FEEDBACK_NAMES } from '../api/campaigns.ts';
import { formatCount } from '../format/number.ts';
import { useQuery } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';
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
        {feedback && (
          <div>
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
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        )}
      </SpaceBetween>
    </Container>
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
