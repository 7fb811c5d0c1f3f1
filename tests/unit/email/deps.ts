import type { AcceptDeps } from '../../../core/email/accept.ts';
import type { EmailRequest } from '../../../core/email/batch.ts';
import type { EmailMessage } from '../../../core/email/queue.ts';
import { createEmailStore } from '../../../core/email/store.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

/** A queue that keeps what is put on it. */
export function keptQueue() {
  const messages: EmailMessage[] = [];
  const delays: number[] = [];
  return {
    messages,
    delays,
    /** Set to let the next send fail. */
    broken: false,
    async send(sent: readonly EmailMessage[], delaySeconds = 0) {
      if (this.broken) throw new Error('the queue is away');
      messages.push(...sent);
      delays.push(...sent.map(() => delaySeconds));
    },
    take: () => messages.splice(0),
  };
}

/** The dependencies of the email channel over a table of its own, a simulated clock and a kept queue. */
export async function openEmail() {
  const table = await openTable();
  const { clock, close } = table;
  const queue = keptQueue();
  const store = createEmailStore(table);
  const accepting: AcceptDeps = { store, queue, clock, telemetry: silent };
  return { table, clock, queue, store, accepting, telemetry: silent, close };
}

export const emailRequest = (changes: Partial<EmailRequest> = {}): EmailRequest => ({
  from: { email: 'sender@example.com', name: 'Sender' },
  destinations: [{ email: 'pedro@example.com', name: 'Pedro' }],
  subject: 'test',
  plainContent: 'test',
  ...changes,
});
