import { asciiAddress } from '../csv/address.ts';
import type { Mailbox, OutgoingEmail } from '../delivery/providers/outgoing-email.ts';
import type { CampaignRecord, ContentFormat } from './campaign.ts';
import { textOf } from './html-text.ts';

/** The sender of a campaign's emails: the configured address, with the campaign's name where it has one. */
export const mailHead = (
  from: Mailbox,
  { fromName, replyTo }: Pick<CampaignRecord, 'fromName' | 'replyTo'> = {},
): Pick<OutgoingEmail, 'from' | 'replyTo'> => ({
  from: fromName === undefined ? from : { ...from, name: fromName },
  ...(replyTo !== undefined && { replyTo: asciiAddress(replyTo) }),
});

/** The parts of an email with this rendered content. HTML has a text part that is made from it. */
export const mailBody = (content: string, format: ContentFormat = 'text'): Pick<OutgoingEmail, 'text' | 'html'> =>
  format === 'html' ? { html: content, text: textOf(content) } : { text: content };
