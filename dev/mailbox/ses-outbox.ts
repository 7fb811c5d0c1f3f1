import type { AcceptedMessage, EmailOutbox } from 'local-aws';
import type { ProductFaults } from '../faults.ts';
import { simulateRecipient } from '../recipient-simulator.ts';
import type { Mailbox, MailboxMessage } from './mailbox.ts';

const PROVIDER = 'ses';

/** Stores the messages that the local SES accepts in the mailbox, and fails the simulated recipients. */
export function sesOutbox(mailbox: Mailbox, faults: ProductFaults): EmailOutbox {
  return {
    admit(recipient, { tags }) {
      const send = `${recipient.toLowerCase()} ${tags.get('sendId') ?? ''}`;
      simulateRecipient(recipient, { outage: faults.current.outage, countTry: () => mailbox.countTry(send) });
    },
    accept: (message) => mailbox.append(...asDelivered(message)),
    acceptedSince: (time) => mailbox.acceptedSince(PROVIDER, time),
  };
}

function asDelivered(message: AcceptedMessage): MailboxMessage[] {
  const { from, subject, text, html, replyTo, headers, tags, messageId, acceptedAt } = message;
  const tagged: Record<string, string> = {};
  for (const name of ['sendId', 'batchId', 'channel']) {
    const value = tags.get(name);
    if (value !== undefined) tagged[name] = value;
  }
  return message.recipients.map((to) => ({
    to,
    from,
    subject,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    headers: { ...(replyTo.length > 0 && { 'Reply-To': replyTo.join(', ') }), ...headers },
    messageId,
    ...tagged,
    provider: PROVIDER,
    sentAt: new Date(acceptedAt).toISOString(),
  }));
}
