import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';
import { createCampaignCache } from '../../../core/campaigns/campaign-cache.ts';
import { applyExecution } from '../../../core/campaigns/outcome.ts';
import { redriveCampaign } from '../../../core/campaigns/redrive.ts';
import { followCampaign, refreshCampaign } from '../../../core/campaigns/refresh.ts';
import { stopCampaign } from '../../../core/campaigns/stop.ts';
import { silent } from '../support/telemetry.ts';
import { fakeStates } from './fake-states.ts';
import { openDelivery, range } from './support.ts';

/** How long DescribeExecution tells what was true before. */
const STALE_MS = 1_500;

let delivery: Awaited<ReturnType<typeof openDelivery>>;
afterEach(() => delivery.close());

/** A running campaign none of whose events arrives, and an execution that is described late. */
async function open(rows = 1) {
  delivery = await openDelivery();
  const { clock } = delivery;
  await delivery.campaign(rows);
  const states = fakeStates(clock);
  states.staleMs = STALE_MS;
  const { ledger, store, counters } = delivery;
  const retryFile = {
    read: async () => undefined,
    write: async (_key: string, _batch: unknown, list: readonly number[]) => [...list],
  };
  const deps = { store, ledger, counters, executions: states.executions, clock, telemetry: silent, retryFile };
  return { states, deps, clock };
}

describe('a record without events, by answers that are late', () => {
  async function openRead() {
    const { states, deps, clock } = await open();
    const read = async () => (await refreshCampaign(deps, 'b1')) as CampaignRecord;
    /** What readers see, look by look, in the next seconds. */
    async function seen(seconds: number): Promise<string[]> {
      const statuses: string[] = [];
      for (let look = 0; look < seconds * 4; look += 1) {
        statuses.push((await read()).status);
        clock.move(250);
      }
      return statuses.filter((status, n) => status !== statuses[n - 1]);
    }
    return { states, deps, read, seen, clock };
  }

  it.each(['ABORTED', 'FAILED', 'TIMED_OUT'] as const)('reaches %s without another status before it', async (end) => {
    const { states, seen } = await openRead();
    expect(await seen(2)).toEqual(['RUNNING']);
    states.end(end);
    expect(await seen(4)).toEqual(['RUNNING', end]);
  });

  it('stays stopped and counts its rows while Step Functions still reports it as running', async () => {
    const { deps, read, seen } = await openRead();
    await stopCampaign(deps, 'b1');
    expect(await seen(8)).toEqual(['ABORTED']);
    expect((await read()).finalCounts).toMatchObject({ QUEUED: 1, SENT: 0 });
  });

  it('runs from its redrive on while Step Functions still reports its earlier end', async () => {
    const { states, deps, read, seen, clock } = await openRead();
    states.end('FAILED', 'CampaignIncomplete', 'the first end');
    clock.move(10_000);
    await redriveCampaign(deps, 'b1');
    expect(await seen(5)).toEqual(['RUNNING']);
    states.end('FAILED', 'CampaignIncomplete', 'the second end');
    expect(await seen(5)).toEqual(['RUNNING', 'FAILED']);
    expect((await read()).reason).toContain('the second end');
  });

  it('follows its execution on though the clock was set back by ten minutes', async () => {
    const { states, seen, clock } = await openRead();
    await seen(2);
    clock.move(-600_000);
    states.end('ABORTED');
    expect((await seen(4)).at(-1)).toBe('ABORTED');
  });

  it('follows a redrive and a second end that were made elsewhere', async () => {
    const { states, read, seen, clock } = await openRead();
    states.end('ABORTED');
    expect(await seen(4)).toEqual(['RUNNING', 'ABORTED']);
    states.redrive();
    expect(await seen(4)).toEqual(['ABORTED', 'RUNNING']);
    clock.move(1_000);
    states.end('TIMED_OUT');
    expect(await seen(4)).toEqual(['RUNNING', 'TIMED_OUT']);
    expect(await read()).toMatchObject({ redriveCount: 1 });
  });

  it('ignores an event that arrives long after its redrive', async () => {
    const { states, deps, read, clock } = await openRead();
    const stoppedAt = new Date(clock.now()).toISOString();
    states.end('ABORTED');
    clock.move(10_000);
    await redriveCampaign(deps, 'b1');
    clock.move(60_000);
    await applyExecution(deps, await read(), { status: 'ABORTED', redriveCount: 0, stoppedAt });
    expect((await read()).status).toBe('RUNNING');
  });
});

it('sends no row after a stop by anybody, and every row once after a redrive', async () => {
  const ROWS = 60;
  const REMAINING_MS = 20_000;
  const { states, deps, clock } = await open(ROWS);
  states.staleMs = 500;
  const work = delivery.worker({
    perSecond: 10,
    campaigns: createCampaignCache((batchId) => followCampaign(deps, batchId), clock),
  });
  const tokens = (dead: boolean) => {
    for (const row of range(1, ROWS)) delivery.dead[dead ? 'add' : 'delete'](`t${row}`);
  };
  // Two batches at once, as two workers would have them.
  const working = Promise.all([work(range(1, 30), REMAINING_MS), work(range(31, ROWS), REMAINING_MS)]);
  await clock.until(() => delivery.mailbox.length >= 3);

  states.end('ABORTED');
  tokens(true);
  const stoppedAt = clock.now();
  await working;
  // What was postponed, and what the queue repeats.
  delivery.postponed.length = 0;
  await work(range(1, ROWS), REMAINING_MS);

  const sentAtStop = delivery.mailbox.length;
  // A state is a second old at most, and the description behind it two, which tells what was true before. The slots go on to 6 s.
  expect(delivery.mailbox.filter(({ at }) => at > stoppedAt + 3_800)).toEqual([]);
  expect(sentAtStop).toBeLessThan(ROWS);
  expect(delivery.postponed).toEqual([]);
  expect((await refreshCampaign(deps, 'b1'))?.status).toBe('ABORTED');

  await redriveCampaign(deps, 'b1');
  tokens(false);
  await delivery.workOff(range(1, ROWS));

  expect(delivery.mailbox.map(({ email }) => email.sendId).sort()).toEqual(
    range(1, ROWS)
      .map((row) => `b1-${row}`)
      .sort(),
  );
  for (const row of range(1, ROWS)) expect((await delivery.row(row))?.status).toBe('SENT');
});
