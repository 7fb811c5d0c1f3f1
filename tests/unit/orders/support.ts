import type { OrderDeps } from '../../../core/orders/outbox.ts';
import type { OrderMessage } from '../../../core/orders/queue.ts';
import { createOrderStore } from '../../../core/orders/store.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

/** The queues of all statuses, which keep what is put on them. */
export function keptQueues() {
  const messages: (OrderMessage & { delaySeconds: number })[] = [];
  return {
    messages,
    /** Set to let sending fail. */
    broken: false,
    async send(message: OrderMessage, delaySeconds = 0) {
      if (this.broken) throw new Error('the queue is away');
      messages.push({ ...message, delaySeconds });
    },
    take: () => messages.splice(0),
    statuses: () => messages.map(({ status }) => status),
  };
}

/** The channel's dependencies over a table of their own, a simulated clock and kept queues. */
export async function openOrders() {
  const table = await openTable();
  const { clock, close } = table;
  const queue = keptQueues();
  const store = createOrderStore(table);
  const deps: OrderDeps = { store, queue, clock, telemetry: silent };
  return { table, clock, queue, store, deps, close };
}

export const newOrder = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({ orderId: 'ORD-001', status: 'received', description: 'Mantenimiento básico', ...changes });
