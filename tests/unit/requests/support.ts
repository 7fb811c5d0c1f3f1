import { randomUUID } from 'node:crypto';
import { createRecipientCheck } from '../../../core/consent/recipient-check.ts';
import { createSuppressions, REFUSED_BY_EVERY_CHANNEL } from '../../../core/consent/suppressions.ts';
import type { Job } from '../../../core/delivery/channel.ts';
import { Latency } from '../../../core/delivery/latency.ts';
import { deliver } from '../../../core/delivery/pipeline.ts';
import type { Notification } from '../../../core/delivery/providers/notify.ts';
import { type ErrorCode, PregonError } from '../../../core/errors.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { createLimiter } from '../../../core/limiter/limiter.ts';
import { createRequestChannel } from '../../../core/requests/channel.ts';
import { rowOf } from '../../../core/requests/item.ts';
import { processRequest, type RequestDeps, viewRequest } from '../../../core/requests/process.ts';
import type { NotificationRequest } from '../../../core/requests/request.ts';
import { createRequestStore } from '../../../core/requests/store.ts';
import type { Metric } from '../../../core/telemetry.ts';
import { simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

type Answer = ErrorCode | 'accept';

/** A queue that keeps what is put on it. */
function keptQueue() {
  return {
    messages: [] as { id: string; delayMs: number }[],
    broken: false,
    waiting: 0,
    async send(id: string, delayMs = 0) {
      if (this.broken) throw new Error('the queue is away');
      this.messages.push({ id, delayMs });
    },
    depth: async () => 0,
    take(): string[] {
      return this.messages.splice(0).map(({ id }) => id);
    },
  };
}

/** The channel's dependencies over a table of its own, with a provider that answers as it is told and accepts otherwise. */
export async function openRequests({ clock = simulatedClock() } = {}) {
  const table = await openTable(clock);
  const store = createRequestStore(table);
  const queue = keptQueue();
  const counted: Partial<Record<Metric, number>> = {};
  const logged: unknown[][] = [];
  const telemetry = {
    ...silent,
    warn: (...line: unknown[]) => logged.push(line),
    error: (...line: unknown[]) => logged.push(line),
    count: (metric: Metric, amount = 1) => {
      counted[metric] = (counted[metric] ?? 0) + amount;
    },
  };
  const provider = {
    name: 'notify',
    calls: [] as Notification[],
    taken: [] as Notification[],
    answers: [] as Answer[],
    keysRefused: 0,
    /** Runs while the provider works on a call. */
    during: async (): Promise<unknown> => undefined,
    async send(notification: Notification, permit: () => Promise<void>) {
      await permit();
      this.calls.push(notification);
      await this.during();
      const answer = this.answers.shift() ?? 'accept';
      if (answer !== 'accept') throw new PregonError(answer, `notify: ${answer}`);
      this.taken.push(notification);
      return { messageId: `p-${this.taken.length}` };
    },
  };
  const deps: RequestDeps = { store, queue, telemetry, newId: randomUUID };
  const worker = () => {
    const workerDeps = {
      store,
      queue,
      provider,
      limiter: createLimiter({
        table: table.control,
        name: 'notify',
        source: { kind: 'window', window: { max: 500, ms: 1000 } },
        telemetry,
      }),
      spacingMs: 2,
      clock,
      telemetry,
      random: () => 0,
      refuse: createRecipientCheck(createSuppressions(table), REFUSED_BY_EVERY_CHANNEL),
      keyRefused: () => {
        provider.keysRefused += 1;
      },
      ledger: createLedger(table),
      newId: randomUUID,
      latency: { reserve: new Latency({ least: 2, most: 50 }), claim: new Latency({ least: 2, most: 50 }) },
    };
    const channel = createRequestChannel(workerDeps);
    return (jobs: readonly Job[], deadline: number) => deliver(jobs, channel, workerDeps, deadline);
  };
  const work = worker();
  return {
    table,
    store,
    queue,
    deps,
    provider,
    counted,
    logged,
    worker,
    create: (changes: Partial<NotificationRequest> = {}) =>
      store.create({ to: 'Ana@example.com', message: 'Hola', type: 'email', ...changes }),
    process: (id: string) => processRequest(deps, id),
    status: async (id: string) => (await viewRequest(deps, id)).status,
    /** Takes everything that is on the queue, delays aside; answers the ids that stay on it. */
    async work(ids = queue.take()): Promise<string[]> {
      const kept = await work(
        ids.map((id) => ({ row: rowOf(id), messageId: randomUUID() })),
        clock.now() + 10_000,
      );
      return kept.map(({ row }) => row.batchId);
    },
    close: () => table.close(),
  };
}
