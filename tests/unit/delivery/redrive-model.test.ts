import type { SQSRecord } from 'aws-lambda';
import fc from 'fast-check';
import { createCampaignCache } from '../../../core/campaigns/campaign-cache.ts';
import type { ExecutionState, Executions } from '../../../core/campaigns/executions.ts';
import type { SendMessage } from '../../../core/campaigns/messages.ts';
import { applyExecution } from '../../../core/campaigns/outcome.ts';
import { redriveCampaign } from '../../../core/campaigns/redrive.ts';
import { followCampaign } from '../../../core/campaigns/refresh.ts';
import { stopCampaign } from '../../../core/campaigns/stop.ts';
import type { TaskTokens } from '../../../core/campaigns/task-tokens.ts';
import { silent } from '../support/telemetry.ts';
import { fakeStates } from './fake-states.ts';
import { openDelivery, range } from './support.ts';

const ROWS = 6;

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

/** A campaign whose execution has a child for each row, the queue that they put messages on, and two workers. */
async function openCampaign(skews: readonly number[]) {
  const { clock, store, ledger, counters } = delivery;
  campaigns += 1;
  const batchId = `m${campaigns}`;
  await delivery.campaign(ROWS, { batchId }, {});
  const states = fakeStates(clock);
  states.staleMs = 700;
  const events: ExecutionState[] = [];
  const queue: SendMessage[] = [];
  const waiting = new Map<string, number>();
  const answered = new Set<number>();
  let tokens = 0;

  function schedule(rowNumber: number) {
    tokens += 1;
    const taskToken = `${batchId} ${tokens}`;
    waiting.set(taskToken, rowNumber);
    // The hosts of Step Functions differ a little in their clocks.
    queue.push({ taskToken, batchId, rowNumber, queuedAt: clock.now() + (skews[tokens % skews.length] ?? 0) });
  }
  const scheduleUnanswered = () =>
    range(1, ROWS)
      .filter((row) => !answered.has(row))
      .forEach(schedule);
  let seen = { ...states.execution };
  function follow() {
    const { execution } = states;
    if (execution.status !== 'RUNNING') waiting.clear();
    if (execution.redriveCount > seen.redriveCount) scheduleUnanswered();
    if (execution.status !== seen.status || execution.redriveCount !== seen.redriveCount) events.push({ ...execution });
    seen = { ...execution };
  }
  const executions: Executions = {
    ...states.executions,
    async describe(id) {
      const state = await states.executions.describe(id);
      follow();
      return state;
    },
    async stop(...call) {
      const stopped = await states.executions.stop(...call);
      follow();
      return stopped;
    },
    async redrive(...call) {
      const redriven = await states.executions.redrive(...call);
      follow();
      return redriven;
    },
  };
  const taskTokens: TaskTokens = {
    async succeed(token) {
      const row = waiting.get(token);
      if (row !== undefined) answered.add(row);
      return waiting.delete(token);
    },
    async fail(token) {
      const row = waiting.get(token);
      if (row !== undefined) schedule(row);
      return waiting.delete(token);
    },
    isWaiting: async (token) => waiting.has(token),
  };
  const deps = { store, ledger, counters, executions, clock, telemetry: silent };
  const workers = [0, 1].map(() =>
    delivery.worker({
      tokens: taskTokens,
      campaigns: createCampaignCache((id) => followCampaign(deps, id), clock),
      async postpone(jobs) {
        queue.push(...jobs.map(({ job }) => job.message));
        return [];
      },
    }),
  );
  async function deliver(worker: number, from: number, count: number) {
    const received = queue.splice(queue.length === 0 ? 0 : from % queue.length, count);
    const records = received.map(
      (message, n) => ({ messageId: String(n), body: JSON.stringify(message) }) as SQSRecord,
    );
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
  scheduleUnanswered();
  return { batchId, states, deps, events, queue, waiting, answered, deliver, end, redrive };
}

async function run(steps: readonly Step[], skews: readonly number[]) {
  const { clock, store, mailbox } = delivery;
  const campaign = await openCampaign(skews);
  const { batchId, queue, answered, events, states } = campaign;
  const working: Promise<void>[] = [];
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
  expect([...answered].sort()).toEqual(range(1, ROWS));
  expect(campaign.waiting.size).toBe(0);
}

it('sends every row once and answers every child, in whatever order stops, redrives and deliveries come', async () => {
  const skew = fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), skew, (steps, skews) => run(steps, skews)),
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
  expect(earlier).toHaveLength(10 * ROWS);
  for (let n = 0; n < earlier.length; n += 10) {
    const records = earlier.slice(n, n + 10).map((message) => ({ messageId: 'm', body: JSON.stringify(message) }));
    expect(await work(records as SQSRecord[])).toEqual([]);
  }
  expect(delivery.mailbox.filter(({ email }) => email.batchId === campaign.batchId)).toEqual([]);
  expect(delivery.metrics.get('Dropped')).toBeGreaterThanOrEqual(earlier.length);
});
