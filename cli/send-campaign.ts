import type { CampaignView, ProductClient, UploadOptions, UploadView } from './client.ts';
import { followCampaign, hasEnded } from './follow.ts';
import { isLarge, uploadLarge } from './large-upload.ts';
import type { Screen } from './screen.ts';
import { adviceFor, campaignSummary, FAILED_SENDS_ASKED } from './summary.ts';

export interface SendCampaign {
  client: ProductClient;
  file: string;
  options: UploadOptions;
  screen: Screen;
  signal: AbortSignal;
  /** How the campaign goes on after an interrupt. */
  afterwards?: string;
  /** Options by which the other commands find this stack. */
  stackOptions?: string;
  /** Shown with the page of the campaign; absent where the user chose it. */
  apiKey?: string;
}

/** Uploads a file, shows its campaign until it ends and prints the summary. Resolves to true when it SUCCEEDED. */
export async function sendCampaign(send: SendCampaign): Promise<boolean> {
  const { client, file, options, screen, signal, afterwards = '', stackOptions, apiKey } = send;
  const upload = isLarge(file) ? await uploadLarge(send) : await client.upload(file, options);
  const { batchId } = upload;
  const before = upload.duplicate ? await client.campaign(batchId) : undefined;
  if (before) screen.print(`This file was sent before as batch ${batchId}. Nothing is sent again.`);
  else {
    screen.print(`${upload.enqueued} of ${upload.total} rows to send, ${upload.skipped} skipped · batch ${batchId}`);
    for (const warning of upload.warnings) screen.print(`Warning: ${warning}`);
  }
  screen.print(`  page  ${client.pageOf(batchId)}`);
  screen.print(`  key   ${apiKey ?? 'the one in PREGON_API_KEY'}`);
  if (before?.status === 'READY') {
    screen.print(`It is held: POST /campaigns/${batchId}/start sends it.`);
    return false;
  }
  if (before && !hasEnded(before)) {
    screen.print(`The campaign is still running: ${before.counts.SENT} of ${before.enqueued} sent.`);
  }
  const campaign =
    before && hasEnded(before) ? before : await followCampaign(client, batchId, screen, signal, afterwards);
  screen.print(`\n${await summaryOf(client, campaign, before ? [] : upload.skippedRows)}`);
  const advice = adviceFor(campaign, stackOptions);
  if (advice) screen.print(`\n${advice}`);
  return campaign.status === 'SUCCEEDED';
}

/** The summary of a campaign with its first errors. */
export async function summaryOf(
  client: ProductClient,
  campaign: CampaignView,
  skippedRows: UploadView['skippedRows'] = [],
): Promise<string> {
  const { batchId, counts } = campaign;
  const failed = counts.ERROR > 0 ? await client.failedSends(batchId, FAILED_SENDS_ASKED) : [];
  const pages = { errors: client.pageOf(batchId, 'ERROR'), skipped: client.pageOf(batchId) };
  return campaignSummary(campaign, failed, skippedRows, pages);
}
