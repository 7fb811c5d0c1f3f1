import type { OutgoingMessage } from '../protocol/message.ts';

/** A message that the local SES accepted. */
export interface AcceptedMessage extends OutgoingMessage {
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** Receives the messages that the local SES accepts. */
export interface EmailOutbox {
  /** Called for each recipient before a message is accepted. Throws an `AwsError` to refuse it. */
  admit?(recipient: string, message: OutgoingMessage): void;
  /** Stores an accepted message. SES answers its caller once the promise resolves. */
  accept(message: AcceptedMessage): Promise<void>;
  /** The number of recipients of messages that were accepted after a time, in milliseconds since the epoch. */
  acceptedSince(time: number): number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Counts the recipients of the last 24 hours in memory and drops the messages. */
export function countingOutbox(): EmailOutbox {
  let accepted: { at: number; recipients: number }[] = [];
  return {
    async accept({ acceptedAt, recipients }) {
      if ((accepted[0]?.at ?? acceptedAt) < acceptedAt - DAY_MS)
        accepted = accepted.filter(({ at }) => at >= acceptedAt - DAY_MS);
      accepted.push({ at: acceptedAt, recipients: recipients.length });
    },
    acceptedSince: (time) => accepted.reduce((sum, { at, recipients }) => (at > time ? sum + recipients : sum), 0),
  };
}
