import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';
import { createCampaignCache } from '../../../core/campaigns/campaign-cache.ts';
import {
  type CampaignChannelDeps,
  type CampaignJob,
  campaignJobs,
  createCampaignChannel,
} from '../../../core/campaigns/channel.ts';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { type BatchMessage, rowsOf, type SendMessage, sendMessageSchema } from '../../../core/campaigns/messages.ts';
import type { Postponed } from '../../../core/campaigns/postpone.ts';
import { createQuotaStops } from '../../../core/campaigns/quota-stops.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import type { TaskError, TaskTokens } from '../../../core/campaigns/task-tokens.ts';
import type { Channel, DeliveryDeps } from '../../../core/delivery/channel.ts';
import { Latency } from '../../../core/delivery/latency.ts';
import { deliver } from '../../../core/delivery/pipeline.ts';
import type { Provider } from '../../../core/delivery/provider.ts';
import { dryRun } from '../../../core/delivery/providers/dry-run.ts';
import type { OutgoingEmail } from '../../../core/delivery/providers/outgoing-email.ts';
import type { DynamoTable } from '../../../core/dynamodb/table.ts';
import { type ErrorCode, PregonError } from '../../../core/errors.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { createLimiter } from '../../../core/limiter/limiter.ts';
import type { Metric, Telemetry } from '../../../core/telemetry.ts';
import { processBatch } from '../../../functions/common/queue-worker.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { type NewRow, putRows } from '../ledger/support.ts';
import { type SimulatedClock, simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

type WorkerDeps = DeliveryDeps & CampaignChannelDeps;
type WorkerChanges = Partial<WorkerDeps> & {
  perSecond?: number;
  render?: Channel<CampaignJob, OutgoingEmail>['render'];
};

export const unsubscribeUrl = ({ sendId }: { sendId: string }): string => `https://mail.example/unsubscribe/${sendId}`;

export type SendHook = (email: OutgoingEmail) => Promise<void> | void;

/**
 * A stack of the delivery core over a real table: a provider, tokens and a queue that a test can look into. A call of the table takes
 * `callMs` milliseconds of the simulated time, half of them before it is made.
 */
export async function openDelivery({
  clock = simulatedClock(),
  callMs,
}: {
  clock?: SimulatedClock;
  callMs?: (now: number) => number;
} = {}) {
  const table = await openTable(clock);
  if (callMs) slowDown(table, callMs);
  const ledger = createLedger(table);
  const store = createCampaignStore(table.control);
  const counters = createCampaignCounters(table.control);
  const quotaStops = createQuotaStops(table.control);
  const mailbox: { email: OutgoingEmail; at: number }[] = [];
  const answers: { token: string; answer: 'success' | TaskError; cause?: object; output?: object }[] = [];
  const postponed: Postponed[] = [];
  const metrics = new Map<Metric, number>();
  const dead = new Set<string>();
  let once = false;
  /** Whether the answer reaches an execution that waits. */
  function take(answer: (typeof answers)[number]): boolean {
    if (dead.has(answer.token)) return false;
    answers.push(answer);
    if (once) dead.add(answer.token);
    return true;
  }
  let hook: SendHook = () => undefined;

  const telemetry: Telemetry = {
    ...silent,
    count: (metric, amount = 1) => metrics.set(metric, (metrics.get(metric) ?? 0) + amount),
  };
  const provider: Provider<OutgoingEmail> = {
    name: 'ses',
    async send(email, permit) {
      await permit();
      const at = clock.now();
      await hook(email);
      mailbox.push({ email, at });
      return { messageId: `m-${email.sendId}` };
    },
  };
  const tokens: TaskTokens = {
    succeed: async (token, output) => take({ token, answer: 'success', ...('rows' in output && { output }) }),
    fail: async (token, error, cause) => take({ token, answer: error, cause: JSON.parse(cause) }),
    isWaiting: async (token) => !dead.has(token),
  };
  const limiter = (name: string, perSecond: number) =>
    createLimiter({
      table: table.control,
      name,
      source: { kind: 'account', allowed: async () => perSecond, deployed: 0, headroom: 1 },
      telemetry,
    });

  /** A worker of its own, as another Lambda instance would be. */
  function worker({ perSecond = 500, render, ...changes }: WorkerChanges = {}) {
    const deps: WorkerDeps = {
      ledger,
      store,
      counters,
      quotaStops,
      clock,
      telemetry,
      newId: randomUUID,
      latency: { reserve: new Latency({ least: 5, most: 1000 }), claim: new Latency({ least: 25, most: 1000 }) },
      campaigns: createCampaignCache((batchId) => store.get(batchId), clock),
      from: { email: 'hello@pregon.test', name: 'Pregón' },
      refuse: async () => undefined,
      unsubscribe: { links: async () => unsubscribeUrl, footer: '' },
      real: { provider, limiter: limiter('ses', perSecond) },
      dryRun: { provider: dryRun, limiter: limiter('dry-run', perSecond) },
      tokens,
      postpone: async (jobs) => {
        postponed.push(...jobs);
        return [];
      },
      ...changes,
    };
    const channel = { ...createCampaignChannel(deps), ...(render ? { render } : {}) };
    const handle = processBatch(
      {
        schema: sendMessageSchema,
        work: (messages, deadline) =>
          deliver(
            messages.flatMap(({ messageId, body, receives }) => campaignJobs(messageId, body, receives)),
            channel,
            deps,
            deadline,
          ),
      },
      deps,
    );
    return async (rows: (number | string | SQSRecord)[], remainingMs = 10_000) =>
      (
        await handle({ Records: rows.map(asRecord) }, { getRemainingTimeInMillis: () => remainingMs })
      ).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }

  return {
    clock,
    table,
    ledger,
    store,
    counters,
    quotaStops,
    mailbox,
    answers,
    postponed,
    metrics,
    dead,
    /** A token is dead after its first answer, as Step Functions has them. */
    answerOnce() {
      once = true;
    },
    worker,
    /** What the queue does: messages that were kept or postponed come again, a second later, until none is left. */
    async workOff(rows: number[]) {
      const work = worker();
      for (let left = rows; left.length > 0; ) {
        postponed.length = 0;
        const kept = (await work(left)).map((id) => Number(id.replace('message-', '')));
        clock.move(1_000);
        left = [...kept, ...postponed.flatMap(({ message }) => rowsOf(message))];
      }
    },
    /** Runs in the provider, before it accepts. */
    onSend(next: SendHook) {
      hook = next;
    },
    async campaign(rows: number, record: Partial<CampaignRecord> = {}, row: NewRow = {}) {
      await store.create(campaignRecord({ status: 'RUNNING', enqueued: rows, total: rows, ...record }));
      const { batchId = 'b1' } = record;
      await putRows(
        table,
        range(1, rows).map((rowNumber) => ({ batchId, rowNumber, status: 'QUEUED', ...row })),
      );
    },
    row: (rowNumber: number, batchId = 'b1') => ledger.getRow({ batchId, rowNumber }),
    close: () => table.close(),
  };
}

function slowDown({ client, clock }: DynamoTable, callMs: (now: number) => number) {
  const send = client.send.bind(client) as (...call: unknown[]) => Promise<unknown>;
  const slow = async (...call: unknown[]) => {
    const half = callMs(clock.now()) / 2;
    await clock.sleep(half);
    const answer = await send(...call).catch((error: unknown) => ({ error }));
    await clock.sleep(half);
    if (typeof answer === 'object' && answer !== null && 'error' in answer) throw answer.error;
    return answer;
  };
  client.send = slow as never;
}

/** A queue message for a row of b1, any body, or a message as it came. */
function asRecord(row: number | string | SQSRecord): SQSRecord {
  if (typeof row === 'object') return row;
  const body = typeof row === 'string' ? row : JSON.stringify({ taskToken: `t${row}`, batchId: 'b1', rowNumber: row });
  const messageId = typeof row === 'string' ? 'poison' : `message-${row}`;
  return recordOf(messageId, body);
}

/** A message as Lambda passes it to its function. */
export const recordOf = (messageId: string, body: string | SendMessage, receives = 1): SQSRecord =>
  ({
    messageId,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: String(receives) },
  }) as SQSRecord;

/** The message of a child with these rows of b1. */
export const batchMessage = (rows: readonly number[], changes: Partial<BatchMessage> = {}): BatchMessage => ({
  v: 2,
  taskToken: 'token',
  batchId: 'b1',
  rows: [...rows],
  ...changes,
});

export const failing =
  (code: ErrorCode): SendHook =>
  () => {
    throw new PregonError(code, `${code} on purpose`);
  };

export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
