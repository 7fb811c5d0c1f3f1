import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type CampaignDetail, downloadReport, type Report, startCampaign, stopCampaign } from '../api/campaigns.ts';
import { ConfirmModal } from '../components/ConfirmModal.tsx';
import { saveAs } from '../components/download.ts';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { useNotify } from '../frame/notifications.tsx';
import { t } from '../i18n/texts.ts';
import { RedriveModal } from './RedriveModal.tsx';
import { retryOf } from './retry.ts';
import { nameOf } from './standing.ts';
import { TraceLink } from './TraceLink.tsx';

/** What can be done with a campaign as it stands. */
export function CampaignActions({ campaign, refresh }: { campaign: CampaignDetail; refresh: () => void }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <TraceLink arn={campaign.executionArn} />
      <Downloads campaign={campaign} />
      <StopAction campaign={campaign} refresh={refresh} />
      <RedriveAction campaign={campaign} refresh={refresh} />
      <StartAction campaign={campaign} refresh={refresh} />
    </SpaceBetween>
  );
}

function StopAction({ campaign, refresh }: { campaign: CampaignDetail; refresh: () => void }) {
  const [asking, setAsking] = useState(false);
  const notify = useNotify();
  const { status, nextRetryAt } = campaign;
  const waitsForQuota = status === 'FAILED' && nextRetryAt !== undefined;
  if (status !== 'RUNNING' && status !== 'SCHEDULED' && !waitsForQuota) return null;
  const texts = t.campaigns.pause;
  return (
    <>
      <Button onClick={() => setAsking(true)}>{waitsForQuota ? texts.notByItself : texts.action}</Button>
      <ConfirmModal
        visible={asking}
        title={texts.title}
        confirm={texts.action}
        onDismiss={() => setAsking(false)}
        onConfirm={async () => {
          await stopCampaign(campaign.batchId);
          notify('success', texts.done);
          refresh();
        }}
      >
        {texts.what}
      </ConfirmModal>
    </>
  );
}

function RedriveAction({ campaign, refresh }: { campaign: CampaignDetail; refresh: () => void }) {
  const [asking, setAsking] = useState(false);
  const { status, redriveUntil } = campaign;
  const retry = retryOf(campaign);
  const rows = retry.failed + retry.open;
  if (!['FAILED', 'ABORTED', 'TIMED_OUT'].includes(status) || rows + retry.unconfirmed === 0) return null;
  const texts = t.campaigns.redrive;
  const isOver = redriveUntil != null && Date.parse(redriveUntil) < Date.now();
  const title =
    status === 'ABORTED'
      ? texts.resume
      : rows === 0
        ? texts.decide(formatCount(retry.unconfirmed), retry.unconfirmed)
        : retry.open === 0
          ? texts.retry(formatCount(rows), rows)
          : texts.sendUnsent(formatCount(rows), rows);
  return (
    <>
      <Button
        variant="primary"
        disabled={isOver}
        {...(isOver && { disabledReason: texts.over(formatTime(Date.parse(redriveUntil) / 1000)) })}
        onClick={() => setAsking(true)}
      >
        {title}
      </Button>
      {asking && (
        <RedriveModal
          campaign={campaign}
          retry={retry}
          title={title}
          visible
          onDismiss={() => setAsking(false)}
          onDone={refresh}
        />
      )}
    </>
  );
}

/** A campaign that was uploaded with `hold` sends nothing before this. */
function StartAction({ campaign, refresh }: { campaign: CampaignDetail; refresh: () => void }) {
  const [asking, setAsking] = useState(false);
  const notify = useNotify();
  if (campaign.status !== 'READY') return null;
  const texts = t.campaigns.start;
  const action = texts.action(formatCount(campaign.enqueued), campaign.enqueued);
  return (
    <>
      <Button variant="primary" onClick={() => setAsking(true)}>
        {action}
      </Button>
      <ConfirmModal
        visible={asking}
        title={texts.title}
        confirm={action}
        onDismiss={() => setAsking(false)}
        onConfirm={async () => {
          await startCampaign(campaign.batchId);
          notify('success', texts.done);
          refresh();
        }}
      >
        {campaign.dryRun ? texts.whatDry(formatCount(campaign.enqueued)) : texts.what(formatCount(campaign.enqueued))}
      </ConfirmModal>
    </>
  );
}

function Downloads({ campaign }: { campaign: CampaignDetail }) {
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const texts = t.campaigns.downloads;
  const download = async (report: Report) => {
    setBusy(true);
    try {
      saveAs(await downloadReport(campaign.batchId, report), `${nameOf(campaign).replace(/\.csv$/i, '')}-${report}`);
    } catch (error) {
      notify('error', texts.failed, error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <ButtonDropdown
      loading={busy}
      items={[
        { id: 'sends.csv', text: texts.sends },
        { id: 'failed.csv', text: texts.notSent, disabled: campaign.counts.SENT >= campaign.enqueued },
        { id: 'skipped.csv', text: texts.skipped, disabled: campaign.skipped === 0 },
      ]}
      onItemClick={({ detail }) => void download(detail.id as Report)}
    >
      {texts.title}
    </ButtonDropdown>
  );
}
