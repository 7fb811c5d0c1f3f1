import type { Gate } from './gate.ts';

/** A way to deliver messages of one kind. */
export interface Provider<Message> {
  readonly name: string;
  /**
   * Prepares the request, awaits the gate, and lets it leave. Resolves once the provider accepted it. Throws what the gate throws, and
   * otherwise a PregonError: DeliveryUnconfirmed where the provider may have accepted it, any other where it certainly did not.
   */
  send(message: Message, gate: Gate): Promise<{ messageId: string }>;
}
