import { convert } from 'html-to-text';
import type { Mailbox, OutgoingEmail } from '../delivery/providers/outgoing-email.ts';
import type { LedgerRow } from '../ledger/send.ts';
import type { ContentFormat } from './campaign.ts';

/** A campaign's email without its row: an HTML campaign gets a text part made from it. */
export function renderCampaign(
  content: string,
  { format, from }: { format: ContentFormat; from: Mailbox },
): (row: LedgerRow) => OutgoingEmail {
  const body = format === 'html' ? { html: content, text: convert(content, { wordwrap: 78 }) } : { text: content };
  return ({ sendId, batchId, channel, email, subject }) => ({
    sendId,
    batchId,
    channel,
    from,
    to: { email },
    subject,
    ...body,
  });
}
