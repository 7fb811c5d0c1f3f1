import { executionPath, mapRunPath, parseArn } from '../api/arn.ts';
import { ApiError } from '../api/call.ts';
import { type Campaign, getCampaign, listCampaigns } from '../api/campaigns.ts';
import { getEmails } from '../api/emails.ts';
import { getOrder } from '../api/orders.ts';
import { getRequest } from '../api/requests.ts';
import { findSends, getSend, type ListedSend } from '../api/sends.ts';
import { campaignPath } from '../campaigns/paths.ts';
import { nameOf } from '../campaigns/standing.ts';
import { emailBatchPath, orderPath, requestPath, sendPath } from '../sends/links.ts';

/** Something that an id or an address names. */
export interface Found {
  readonly kind: 'campaign' | 'send' | 'emailBatch' | 'request' | 'order' | 'execution' | 'mapRun';
  readonly name: string;
  readonly href: string;
  /** More about it, such as the subject of a send. */
  readonly detail?: string;
}

/** So many sends to an address are listed, the newest first. */
const SENDS = 100;
/** The campaigns in which a name or the beginning of a batch id is searched, the newest first. */
const CAMPAIGNS = 100;
const LEAST_PREFIX = 4;

/** Everything that a text names: an address, or the id of a campaign, send, email batch, request or order, or an ARN. */
export async function lookUp(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  if (text.startsWith('arn:')) return [ofArn(text)];
  if (text.includes('@')) return (await findSends(text, SENDS, signal)).map(ofSend);
  const found = await Promise.all([
    known(async () => {
      const campaign = await getCampaign(text, signal);
      return campaign === undefined ? campaignsNamed(text, signal) : [ofCampaign(campaign)];
    }),
    known(async () => ((send) => send && [ofSend(send)])(await getSend(text, signal))),
    known(async () => {
      const [first] = (await getEmails(text, signal)) ?? [];
      return first && [{ kind: 'emailBatch', name: text, href: emailBatchPath(text), detail: first.subject }];
    }),
    known(async () => {
      const request = await getRequest(text, signal);
      return request && [{ kind: 'request', name: text, href: requestPath(text), detail: request.status }];
    }),
    known(async () => {
      const order = await getOrder(text, signal);
      return order && [{ kind: 'order', name: text, href: orderPath(text), detail: order.description }];
    }),
  ]);
  return found.flat();
}

/** What was found. A text that cannot be an id of this kind is refused by the API and names nothing. */
async function known(find: () => Promise<readonly Found[] | undefined>): Promise<readonly Found[]> {
  try {
    return (await find()) ?? [];
  } catch (error) {
    if (error instanceof ApiError && [400, 404, 422].includes(error.status)) return [];
    throw error;
  }
}

/** Campaigns with this campaignId or file name, or whose batch id begins so. */
async function campaignsNamed(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const { campaigns } = await listCampaigns({ size: CAMPAIGNS }, signal);
  return campaigns
    .filter(
      ({ batchId, campaignId, fileName }) =>
        campaignId === text || fileName === text || (text.length >= LEAST_PREFIX && batchId.startsWith(text)),
    )
    .map(ofCampaign);
}

function ofArn(arn: string): Found {
  const { label, name } = parseArn(arn);
  if (arn.includes(':mapRun:')) return { kind: 'mapRun', name: label ?? name, href: mapRunPath(arn) };
  return { kind: 'execution', name, href: executionPath(arn) };
}

const ofCampaign = (campaign: Campaign): Found => ({
  kind: 'campaign',
  name: nameOf(campaign),
  href: campaignPath(campaign.batchId),
  ...(campaign.subject && { detail: campaign.subject }),
});

const ofSend = ({ sendId, subject, status }: ListedSend): Found => ({
  kind: 'send',
  name: sendId,
  href: sendPath(sendId),
  detail: `${status} · ${subject}`,
});
