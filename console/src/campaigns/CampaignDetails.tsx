import Alert from '@cloudscape-design/components/alert';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { CampaignDetail } from '../api/campaigns.ts';
import { Elapsed } from '../components/Elapsed.tsx';
import { ShortId } from '../components/ShortId.tsx';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { t } from '../i18n/texts.ts';

const time = (iso: string) => formatTime(Date.parse(iso) / 1000);

/** Where a campaign comes from and when it ran. */
export function CampaignDetails({ campaign }: { campaign: CampaignDetail }) {
  const texts = t.campaigns.details;
  const { startedAt, finishedAt, sendAt, fileName, campaignId, uploadedBy, redriveCount } = campaign;
  return (
    <ExpandableSection variant="container" headerText={texts.title}>
      <SpaceBetween size="m">
        {campaign.warnings.length > 0 && (
          <Alert type="warning" header={texts.warnings}>
            <ul className="pg-list">
              {campaign.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </Alert>
        )}
        <KeyValuePairs
          columns={4}
          minColumnWidth={150}
          items={[
            { label: t.campaigns.batchId, value: <ShortId id={campaign.batchId} what={t.campaigns.batchId} /> },
            ...(fileName ? [{ label: texts.file, value: fileName }] : []),
            ...(campaignId === null ? [] : [{ label: texts.campaignId, value: campaignId }]),
            {
              label: texts.rows,
              value: texts.rowsOf(
                formatCount(campaign.total),
                formatCount(campaign.enqueued),
                formatCount(campaign.skipped),
              ),
            },
            { label: texts.format, value: campaign.format === 'html' ? 'HTML' : texts.text },
            { label: texts.created, value: time(campaign.createdAt) },
            ...(sendAt === undefined ? [] : [{ label: texts.scheduledFor, value: time(sendAt) }]),
            ...(startedAt === null ? [] : [{ label: t.campaigns.started, value: time(startedAt) }]),
            ...(finishedAt === null ? [] : [{ label: texts.finished, value: time(finishedAt) }]),
            ...(startedAt === null || campaign.status === 'SCHEDULED'
              ? []
              : [
                  {
                    label: texts.duration,
                    value: (
                      <Elapsed
                        from={Date.parse(startedAt) / 1000}
                        to={finishedAt === null ? undefined : Date.parse(finishedAt) / 1000}
                      />
                    ),
                  },
                ]),
            ...(redriveCount === 0 ? [] : [{ label: texts.redrives, value: formatCount(redriveCount) }]),
            ...(uploadedBy === undefined ? [] : [{ label: texts.uploadedBy, value: uploadedBy }]),
          ]}
        />
      </SpaceBetween>
    </ExpandableSection>
  );
}
