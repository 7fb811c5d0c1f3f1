/** A provider awaits it right before its request leaves; it resolves at a slot. Rejects with NoSlotAvailable. */
export type SendPermit = () => Promise<void>;

/** No slot could be met, so nothing was sent. Providers let this error pass unchanged. */
export class NoSlotAvailable extends Error {
  constructor() {
    super('No slot could be met');
    this.name = 'NoSlotAvailable';
  }
}

/** A service that delivers messages of one kind. */
export interface Provider<Message> {
  readonly name: string;
  /**
   * Prepares the request, awaits the permit and sends. Resolves once the provider accepted the message. Rethrows what the permit throws;
   * otherwise throws a PregonError: DeliveryUnconfirmed when the provider may have accepted it, any other code when it certainly did not.
   */
  send(message: Message, permit: SendPermit): Promise<{ messageId: string }>;
}
