/** Awaited by a provider right before the request leaves: it opens at a slot. */
export type Gate = () => Promise<void>;

/** No slot could be met: nothing was sent. Providers let it pass. */
export class GateClosed extends Error {
  constructor() {
    super('No slot could be met');
    this.name = 'GateClosed';
  }
}
