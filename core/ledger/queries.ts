import type { Send, SendStatus } from './send.ts';

/** Which sends to list. Times are ISO 8601; `from` is inclusive, `to` exclusive, both on createdAt. */
export interface SendFilter {
  statuses?: readonly SendStatus[];
  from?: string;
  to?: string;
  batchId?: string;
  campaignId?: string;
  /** In any case. */
  email?: string;
}

/** A send and its place in the list: give it as `after` to go on behind it. */
export type ListedSend = Send & { cursor: string };

export interface SendPage {
  sends: ListedSend[];
  /** The `after` of the next page; absent on the last. A page may be short, even empty, with `next` set: its work is bounded. */
  next?: string;
}
