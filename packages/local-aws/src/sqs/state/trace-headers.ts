import type { Faux, FauxMessage, FauxReceived, FauxStore } from './fauxqs.ts';

const ATTRIBUTE = 'AWSTraceHeader';

/**
 * The trace headers of messages, which fauxqs lacks: SQS keeps the header of the call that sent a message, and answers it as the system
 * attribute AWSTraceHeader. They are in memory only, so that after a restart a chain of messages begins anew.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export class TraceHeaders {
  private readonly headers = new WeakMap<FauxMessage, string>();
  private readonly store: FauxStore;
  private current: string | undefined;

  constructor(faux: Faux, store: FauxStore) {
    this.store = store;
    const create = faux.Store.createMessage;
    faux.Store.createMessage = (...args) => {
      const message = create.apply(faux.Store, args);
      if (this.current !== undefined) this.headers.set(message, this.current);
      return message;
    };
  }

  /** Runs an action that sends. fauxqs creates its messages before it returns. */
  keeping<T>(traceHeader: string | undefined, send: () => T): T {
    this.current = traceHeader;
    try {
      return send();
    } finally {
      this.current = undefined;
    }
  }

  /** Adds the headers to a response to ReceiveMessage whose request asks for them. */
  addTo(
    received: FauxReceived,
    { QueueUrl, MessageSystemAttributeNames, AttributeNames }: Record<string, unknown>,
  ): FauxReceived {
    const asked = [MessageSystemAttributeNames, AttributeNames].flat();
    if (!asked.includes('All') && !asked.includes(ATTRIBUTE)) return received;
    const inFlight = this.store.getQueue(String(QueueUrl))?.inflightMessages;
    for (const message of received.Messages ?? []) {
      const held = inFlight?.get(message.ReceiptHandle);
      const header = held && this.headers.get(held.message);
      if (header !== undefined) message.Attributes = { ...message.Attributes, [ATTRIBUTE]: header };
    }
    return received;
  }
}
