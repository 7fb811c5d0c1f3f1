import { askProduct } from './product.ts';

/** A message that a local provider accepted, as `GET /_local/mailbox` answers it. */
export interface MailboxMessage {
  readonly to: string;
  readonly from?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  /** Of SES and Mailgun those that the product added. Messages of an earlier release have none. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly sendId?: string;
  readonly batchId?: string;
  readonly channel?: string;
  readonly provider: string;
  /** ISO 8601. */
  readonly sentAt: string;
}

export interface MailboxPage {
  readonly count: number;
  readonly next?: string;
  readonly messages: readonly MailboxMessage[];
}

export interface MailboxFilter {
  /** Text in an address, a subject or a batch id. A whole address finds all its messages, other text only new ones. */
  readonly search: string;
  readonly batchId: string | undefined;
}

/** One page of the mailbox, the newest message first. Only a local stack has one. */
export async function readMailbox(
  { search, batchId }: MailboxFilter,
  page: { readonly size: number; readonly token?: string | undefined },
  signal: AbortSignal,
): Promise<MailboxPage> {
  const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(search);
  const query = new URLSearchParams({
    order: 'newest',
    limit: String(page.size),
    ...(search !== '' && { [isAddress ? 'to' : 'search']: search }),
    ...(batchId && { batchId }),
    ...(page.token && { after: page.token }),
  });
  return (await (await askProduct(`/_local/mailbox?${query}`, { signal })).json()) as MailboxPage;
}
