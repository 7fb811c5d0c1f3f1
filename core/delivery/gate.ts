import type { Sent } from './steps.ts';

/** Awaited by a provider right before the request leaves: it opens at a slot. */
export type Gate = () => Promise<void>;

/** No slot could be had in time: nothing was sent. Providers let it pass. */
export class GateClosed extends Error {
  readonly sent: Sent;

  constructor(sent: Sent) {
    super('No slot could be had in time');
    this.name = 'GateClosed';
    this.sent = sent;
  }
}
