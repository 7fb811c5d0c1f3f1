import { BatchExecuteStatementCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { createCampaignCache } from '../../../core/campaigns/campaign-cache.ts';
import type { ExecutionState, Executions } from '../../../core/campaigns/executions.ts';
import type { SendMessage } from '../../../core/campaigns/messages.ts';
import { applyExecution } from '../../../core/campaigns/outcome.ts';
import { redriveCampaign } from '../../../core/campaigns/redrive.ts';
import { followCampaign } from '../../../core/campaigns/refresh.ts';
import { stopCampaign } from '../../../core/campaigns/stop.ts';
import type { TaskTokens } from '../../../core/campaigns/task-tokens.ts';
import { PregonError } from '../../../core/errors.ts';
import { stateKey, statusKeyOf } from '../../../core/ledger/keys.ts';
import { campaignDefinition } from '../../../statemachines/compile.ts';
import { silent } from '../support/telemetry.ts';
import { fakeStates } from './fake-states.ts';
import { openDelivery, range, recordOf } from './support.ts';

const { BatchInput } = JSON.parse(campaignDefinition()).States.SendRows.ItemBatcher;

let delivery: Awaited<ReturnType<typeof openDelivery>>;
let campaigns = 0;
beforeAll(async () => {
  delivery = await openDelivery();
});
afterAll(() => delivery.close());

/** What can happen to a campaign that is being sent, in any order. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('stop' as const), by: fc.constantFrom('product', 'console') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('redrive' as const), by: fc.constantFrom('product', 'console') }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('deliver' as const),
      worker: fc.nat(1),
      from: fc.nat(60),
      count: fc.integer({ min: 1, max: 10 }),
      // The next steps happen while it works.
      awaited: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('repeat' as const), from: fc.nat(60) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('late event' as const), which: fc.nat(20) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Rows of a child execution, and what it does next, as the workflow defines it. */
interface Child {
  rows: readonly number[];
  tries: number;
  done: boolean;
}
const CHILDREN: readonly (readonly number[])[] = [[1, 2, 3, 4], [5, 6, 7], [8]];
const ROWS = 8;

/** A campaign whose execution has a child for a few rows, the queue that they put messages on, and two workers. */
async function openCampaign(skews: readonly number[]) {
  const { clock, store, ledger, counters, table } = delivery;
  campaigns += 1;
  const batchId = `m${campaigns}`;
  await delivery.campaign(ROWS, { batchId }, { status: 'PENDING' });
  const states = fakeStates(clock);
  states.staleMs = 700;
  const events: ExecutionState[] = [];
  const queue: SendMessage[] = [];
  const children: Child[] = CHILDREN.map((rows) => ({ rows, tries: 0, done: false }));
  const waiting = new Map<string, Child>();
  let tokens = 0;

  /** MarkQueued and Send. */
  async function schedule(child: Child) {
    const statement = BatchInput.markQueued.replace(/\$\{SendsTable\}/, table.tableName);
    const Statements = child.rows.map((rowNumber) => {
      const { pk, sk } = stateKey(batchId, rowNumber);
      const key = statusKeyOf({ createdAt: '2026-11-22T09:00:00.000Z', rowNumber }, 'QUEUED');
      return { Statement: statement, Parameters: [key, new Date(clock.now()).toISOString(), pk, sk] };
    });
    await table.client.send(new BatchExecuteStatementCommand({ Statements }));
    tokens += 1;
    const taskToken = `${batchId} ${tokens}`;
    waiting.set(taskToken, child);
    // The hosts of Step Functions differ a little in their clocks.
    const queuedAt = clock.now() + (skews[tokens % skews.length] ?? 0);
    queue.push({ v: 2, taskToken, batchId, rows: [...child.rows], queuedAt });
  }
  async function scheduleUnanswered() {
    for (const child of children) if (!child.done) await schedule(child);
  }
  let seen = { ...states.execution };
  async function follow() {
    const { execution } = states;
    if (execution.status !== 'RUNNING') waiting.clear();
    const isRedriven = execution.redriveCount > seen.redriveCount;
    if (execution.status !== seen.status || isRedriven) events.push({ ...execution });
    seen = { ...execution };
    if (isRedriven) await scheduleUnanswered();
  }
  const executions: Executions = {
    ...states.executions,
    async describe(id) {
      const state = await states.executions.describe(id);
      await follow();
      return state;
    },
    async stop(...call) {
      const stopped = await states.executions.stop(...call);
      await follow();
      return stopped;
    },
    async redrive(...call) {
      const redriven = await states.executions.redrive(...call);
      await follow();
      return redriven;
    },
  };
  const taskTokens: TaskTokens = {
    async succeed(token) {
      const child = waiting.get(token);
      if (child) child.done = true;
      return waiting.delete(token);
    },
    async fail(token, error, cause) {
      const child = waiting.get(token);
      if (!child) return false;
      expect(error).toBe('Transient');
      waiting.delete(token);
      const failed = (JSON.parse(cause) as { failed: { row: number }[] }).failed.map(({ row }) => row);
      // Every row that is named was asked for, once; every other is sent.
      expect(new Set(failed).size).toBe(failed.length);
      for (const row of child.rows) {
        if (failed.includes(row)) continue;
        expect((await ledger.getRow({ batchId, rowNumber: row }))?.status).toBe('SENT');
      }
      child.rows = child.rows.filter((row) => failed.includes(row));
      child.tries += 1;
      await schedule(child);
      return true;
    },
    isWaiting: async (token) => waiting.has(token),
  };
  const deps = { store, ledger, counters, executions, clock, telemetry: silent };
  const workers = [0, 1].map(() =>
    delivery.worker({
      tokens: taskTokens,
      campaigns: createCampaignCache((id) => followCampaign(deps, id), clock),
      async postpone(copies) {
        queue.push(...copies.map(({ message }) => ({ ...message, postponed: (message.postponed ?? 0) + 1 })));
        return [];
      },
    }),
  );
  async function deliver(worker: number, from: number, count: number) {
    const received = queue.splice(queue.length === 0 ? 0 : from % queue.length, count);
    // Now and then the first worker that received them has died.
    const records = received.map((message, n) => recordOf(String(n), message, 1 + (from % 2)));
    const kept = (await workers[worker]?.(records)) ?? [];
    queue.push(...received.filter((_, n) => kept.includes(String(n))));
  }
  const end = (by: string) => {
    if (by === 'product') return stopCampaign(deps, batchId);
    if (states.execution.status === 'RUNNING') states.end('ABORTED');
    return follow();
  };
  const redrive = (by: string) => {
    if (by === 'product') return redriveCampaign(deps, batchId);
    if (states.execution.status !== 'RUNNING') states.redrive();
    return follow();
  };
  await scheduleUnanswered();
  return { batchId, states, deps, events, queue, waiting, children, deliver, end, redrive };
}

async function run(steps: readonly Step[], skews: readonly number[], failing: readonly number[]) {
  const { clock, store, mailbox } = delivery;
  const campaign = await openCampaign(skews);
  const { batchId, queue, children, events, states } = campaign;
  const working: Promise<void>[] = [];
  // Tries that fail for a moment, by their number.
  let tries = 0;
  delivery.onSend(() => {
    tries += 1;
    if (failing.includes(tries)) throw new PregonError('ProviderUnavailable', 'not now');
  });
  const ignoreConflict = (error: Error) => expect(['Conflict', 'NothingToRedrive']).toContain(error.name);

  for (const taken of steps) {
    if (taken.what === 'wait') await clock.sleep(taken.ms);
    if (taken.what === 'stop') await Promise.resolve(campaign.end(taken.by)).catch(ignoreConflict);
    if (taken.what === 'redrive') await Promise.resolve(campaign.redrive(taken.by)).catch(ignoreConflict);
    const repeated = taken.what === 'repeat' ? queue[taken.from % queue.length] : undefined;
    if (repeated) queue.push(repeated);
    const event = taken.what === 'late event' ? events[taken.which % events.length] : undefined;
    const record = event && (await store.get(batchId));
    if (record) await applyExecution(campaign.deps, record, event);
    if (taken.what === 'deliver') {
      const work = campaign.deliver(taken.worker, taken.from, taken.count);
      if (taken.awaited) await work;
      else working.push(work);
    }
  }
  await Promise.all(working);

  // Then nobody interferes any more: whoever waits gets an answer.
  await clock.sleep(3_000);
  if (states.execution.status !== 'RUNNING') await campaign.redrive('console');
  for (let round = 0; queue.length > 0; round += 1) {
    expect(round).toBeLessThan(200);
    await campaign.deliver(round % 2, 0, 10);
    await clock.sleep(1_000);
  }
  const sent = mailbox.filter(({ email }) => email.batchId === batchId).map(({ email }) => email.sendId);
  expect(sent.sort()).toEqual(range(1, ROWS).map((row) => `${batchId}-${row}`));
  expect(children.map(({ done }) => done)).toEqual(CHILDREN.map(() => true));
  expect(campaign.waiting.size).toBe(0);
}

it('sends every row once and answers every child, in whatever order stops, redrives and deliveries come', async () => {
  const skew = fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      skew,
      fc.array(fc.integer({ min: 1, max: 20 })),
      run,
    ),
    { numRuns: 25 },
  );
});

it('drops the messages of ten earlier runs with no call of the ledger and none for a token', async () => {
  const { clock, ledger } = delivery;
  const campaign = await openCampaign([0]);
  for (let n = 0; n < 10; n += 1) {
    await clock.sleep(2_000);
    await campaign.end('product');
    await campaign.redrive('product');
  }
  await clock.sleep(2_000);
  const never = () => {
    throw new Error('Nothing is asked for a message of an earlier run');
  };
  const work = delivery.worker({
    ledger: new Proxy(ledger, { get: never }),
    tokens: { succeed: never, fail: never, isWaiting: never },
  });
  const earlier = campaign.queue.filter(({ taskToken }) => !campaign.waiting.has(taskToken));
  expect(earlier).toHaveLength(10 * CHILDREN.length);
  for (let n = 0; n < earlier.length; n += 10) {
    const records = earlier.slice(n, n + 10).map((message, index) => recordOf(`m${index}`, message));
    expect(await work(records)).toEqual([]);
  }
  expect(delivery.mailbox.filter(({ email }) => email.batchId === campaign.batchId)).toEqual([]);
  expect(delivery.metrics.get('Dropped')).toBeGreaterThanOrEqual(10 * ROWS);
});
