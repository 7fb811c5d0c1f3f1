import type { CampaignView, ProductClient, UploadOptions } from './client.ts';
import { followCampaign, hasEnded } from './follow.ts';
import { isLarge, uploadLarge } from './large-upload.ts';
import type { Screen } from './screen.ts';
import { campaignSummary, FAILED_SENDS_ASKED } from './summary.ts';

export interface SendCampaign {
  client: ProductClient;
  file: string;
  options: UploadOptions;
  screen: Screen;
  signal: AbortSignal;
}

/** Uploads a file, shows its campaign until it ends and prints the summary. Resolves to true when it SUCCEEDED. */
export async function sendCampaign({ client, file, options, screen, signal }: SendCampaign): Promise<boolean> {
  const upload = isLarge(file)
    ? await uploadLarge({ client, file, options, screen, signal })
    : await client.upload(file, options);
  const { batchId } = upload;
  const before = upload.duplicate ? await client.campaign(batchId) : undefined;
  if (before) screen.print(`This file was sent before as batch ${batchId}. Nothing is sent again.`);
  else {
    screen.print(`${upload.enqueued} of ${upload.total} rows to send, ${upload.skipped} skipped · batch ${batchId}`);
    for (const warning of upload.warnings) screen.print(`Warning: ${warning}`);
  }
  if (before?.status === 'READY') {
    screen.print(`It is held: POST /campaigns/${batchId}/start sends it.`);
    return false;
  }
  if (before && !hasEnded(before)) {
    screen.print(`The campaign is still running: ${before.counts.SENT} of ${before.enqueued} sent.`);
  }
  const campaign = before && hasEnded(before) ? before : await followCampaign(client, batchId, screen, signal);
  const failed = campaign.counts.ERROR > 0 ? await client.failedSends(batchId, FAILED_SENDS_ASKED) : [];
  screen.print(`\n${campaignSummary(campaign, failed, before ? [] : upload.skippedRows)}`);
  const advice = adviceFor(campaign);
  if (advice) screen.print(`\n${advice}`);
  return campaign.status === 'SUCCEEDED';
}

function adviceFor({ status, batchId, unconfirmed, nextRetryAt }: CampaignView): string | undefined {
  if (status === 'SUCCEEDED') return undefined;
  const policy = unconfirmed > 0 ? ' --unconfirmed resend|accept' : '';
  return `To send the remaining rows${nextRetryAt ? ' now' : ''}: npm run redrive -- ${batchId}${policy}`;
}
