import type { MailboxMessage } from '../api/mailbox.ts';
import { campaignPath } from '../campaigns/paths.ts';
import { BASE } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';

export interface PageLink {
  readonly text: string;
  readonly href: string;
}

/** The page of one send. */
export const sendPath = (sendId: string): string => `${BASE}/sends/${encodeURIComponent(sendId)}`;
/** Leads on to the child execution that sent a row. Only a local stack has it. */
export const tracePath = (sendId: string): string => `${BASE}/traces/${encodeURIComponent(sendId)}`;
export const emailBatchPath = (batchId: string): string => `${BASE}/emails/${encodeURIComponent(batchId)}`;
export const requestPath = (id: string): string => `${BASE}/requests/${encodeURIComponent(id)}`;
export const orderPath = (orderId: string): string => `${BASE}/orders/${encodeURIComponent(orderId)}`;
export const LOOK_UP_PATH = `${BASE}/look-up`;
/** Finds the page of an id, and goes there. */
export const lookUpPath = (text: string): string => `${LOOK_UP_PATH}?q=${encodeURIComponent(text)}`;
export const SUPPRESSIONS_PATH = `${BASE}/suppressions`;
/** The suppression list with only this address. */
export const suppressionPath = (address: string): string =>
  `${SUPPRESSIONS_PATH}?address=${encodeURIComponent(address)}`;
export const mailboxPath = (search: string): string => `${BASE}/mailbox?search=${encodeURIComponent(search)}`;

/** The messages and the send of a row of a campaign have this channel. */
const CAMPAIGN = 'campaign';

/** Where a message comes from: its row, its trace and its campaign, or the batch or request that it belongs to. */
export function sendLinks({ channel, sendId, batchId, provider }: MailboxMessage): readonly PageLink[] {
  const texts = t.sends;
  if (batchId === undefined) return [];
  if (channel === CAMPAIGN) {
    return [
      ...(sendId === undefined
        ? []
        : [
            { text: texts.row(rowOf(sendId)), href: sendPath(sendId) },
            { text: texts.trace, href: tracePath(sendId) },
          ]),
      { text: texts.campaign, href: campaignPath(batchId) },
    ];
  }
  if (provider === 'notify') return [{ text: texts.request, href: requestPath(batchId) }];
  return [{ text: texts.emailBatch, href: emailBatchPath(batchId) }];
}

const rowOf = (sendId: string): string => sendId.slice(sendId.lastIndexOf('-') + 1);
