import { randomUUID } from 'node:crypto';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { countingOutbox, Faults, ses, startGateway } from 'local-aws';
import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';
import { createExecutions, type Executions } from '../../../core/campaigns/executions.ts';
import { type QuotaSweepDeps, sweepQuotaStops } from '../../../core/campaigns/quota-sweep.ts';
import { redriveCampaign } from '../../../core/campaigns/redrive.ts';
import { refreshCampaign } from '../../../core/campaigns/refresh.ts';
import { stopCampaign } from '../../../core/campaigns/stop.ts';
import { readSesAccount, type SesAccount } from '../../../core/delivery/providers/ses.ts';
import { classifySesError } from '../../../core/delivery/providers/ses-errors.ts';
import { ANYBODY, REGION } from '../support/aws.ts';
import { silent } from '../support/telemetry.ts';
import { fakeStates, STATE_MACHINE_ARN } from './fake-states.ts';
import { openDelivery, range } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Campaigns, their executions, and an account whose quota the test sets. */
async function open() {
  const delivery = await openDelivery();
  const { clock, store, ledger, counters, quotaStops } = delivery;
  const states = new Map<string, ReturnType<typeof fakeStates>>();
  const of = (batchId: string): Executions => {
    const found = states.get(batchId);
    if (!found) throw new Error(`There is no execution ${batchId}`);
    return found.executions;
  };
  const executions: Executions = {
    arnOf: (batchId) => batchId,
    start: async () => undefined,
    describe: (batchId) => of(batchId).describe(batchId),
    stop: (batchId, reason) => of(batchId).stop(batchId, reason),
    redrive: (batchId, token) => of(batchId).redrive(batchId, token),
    setConcurrency: async () => false,
  };
  const account: SesAccount = { maxSendRate: 50, max24HourSend: 100, sentLast24Hours: 100, sendingEnabled: true };
  const deps: QuotaSweepDeps = {
    store,
    ledger,
    counters,
    executions,
    quotaStops,
    clock,
    telemetry: silent,
    account: async () => account,
  };
  const sweep = (using: Partial<QuotaSweepDeps> = {}) => sweepQuotaStops({ ...deps, ...using }, clock.now() + 35_000);
  const get = async (batchId: string) => (await store.get(batchId)) as CampaignRecord;
  return {
    ...delivery,
    deps,
    account,
    states,
    sweep,
    get,
    /** A campaign that the daily quota has just stopped, with this number of rows left. */
    async stopped(batchId: string, { rows = 10, code = 'DailyQuotaExceeded', ...record }: StoppedOptions = {}) {
      const createdAt = new Date(clock.now()).toISOString();
      await delivery.campaign(rows, { batchId, createdAt, ...record }, { createdAt });
      states.set(batchId, fakeStates(clock));
      await refuse(batchId, code);
    },
    refuse,
    /** What the sweep continued, in its order. */
    async continued(using: Partial<QuotaSweepDeps> = {}) {
      const redriven: string[] = [];
      const redrive: Executions['redrive'] = (batchId, token) => {
        redriven.push(batchId);
        return executions.redrive(batchId, token);
      };
      await sweep({ executions: { ...executions, redrive }, ...using });
      return redriven;
    },
  };

  /** SES refuses a row, and the execution fails. */
  async function refuse(batchId: string, code = 'DailyQuotaExceeded') {
    const record = await get(batchId);
    if (code === 'DailyQuotaExceeded') await quotaStops.add(record);
    await store.update(batchId, { set: { accountError: { code, message: 'Refused.', at: clock.now() } } });
    states.get(batchId)?.end('FAILED', 'States.ExceedToleratedFailureThreshold');
    clock.move(2_000);
    await refreshCampaign(deps, batchId);
  }
}
type StoppedOptions = Partial<CampaignRecord> & { rows?: number; code?: string };

let quota: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  quota = await open();
});
afterEach(() => quota.close());

describe('a campaign that the daily quota stopped', () => {
  it('says why, and when it continues at the latest', async () => {
    const at = quota.clock.now();
    await quota.stopped('a');
    expect(await quota.get('a')).toMatchObject({
      status: 'FAILED',
      reason: 'DailyQuotaExceeded: Refused.',
      nextRetryAt: new Date(at + 24 * HOUR).toISOString(),
    });
  });

  it('says so although its end was noticed by a reader who had read it before the refusal', async () => {
    const { clock, store, deps } = quota;
    await quota.campaign(2, { batchId: 'a' });
    const states = fakeStates(clock);
    quota.states.set('a', states);
    // Between the read of the record and the description of the execution.
    const describe: Executions['describe'] = async (batchId) => {
      const accountError = { code: 'DailyQuotaExceeded', message: 'Refused.', at: clock.now() };
      await store.update('a', { set: { accountError } });
      states.end('FAILED', 'States.ExceedToleratedFailureThreshold');
      return states.executions.describe(batchId);
    };
    await refreshCampaign({ ...deps, executions: { ...deps.executions, describe } }, 'a');
    expect(await quota.get('a')).toMatchObject({
      reason: 'DailyQuotaExceeded: Refused.',
      nextRetryAt: expect.any(String),
    });
  });

  it('waits while less than half of the quota is free, and continues when half is', async () => {
    await quota.stopped('a');
    quota.clock.move(HOUR);
    quota.account.sentLast24Hours = 51;
    expect(await quota.sweep()).toEqual({ continued: 0, waiting: 1, failed: 0 });
    quota.account.sentLast24Hours = 50;
    expect(await quota.sweep()).toEqual({ continued: 1, waiting: 0, failed: 0 });

    const record = await quota.get('a');
    expect(record).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
    expect(record).not.toHaveProperty('nextRetryAt');
    expect(record).not.toHaveProperty('reason');
  });

  it('continues after 24 hours whatever is free, also when SES does not tell', async () => {
    await quota.stopped('a');
    const account = async () => {
      throw new Error('Rate exceeded');
    };
    quota.clock.move(24 * HOUR - MINUTE);
    expect(await quota.continued({ account })).toEqual([]);
    quota.clock.move(MINUTE);
    expect(await quota.continued({ account })).toEqual(['a']);
  });

  it.each([
    ['a higher quota', 200],
    ['no quota any more', -1],
  ])('continues soon after the account got %s', async (_, max24HourSend) => {
    await quota.stopped('a');
    quota.clock.move(MINUTE);
    expect(await quota.continued()).toEqual([]);
    quota.account.max24HourSend = max24HourSend;
    expect(await quota.continued()).toEqual(['a']);
  });

  it('waits while sending is paused, also after 24 hours', async () => {
    await quota.stopped('a');
    Object.assign(quota.account, { sendingEnabled: false, sentLast24Hours: 0 });
    quota.clock.move(30 * HOUR);
    expect(await quota.continued()).toEqual([]);
    quota.account.sendingEnabled = true;
    expect(await quota.continued()).toEqual(['a']);
  });

  it('is found although no event told its end', async () => {
    const { clock, store, quotaStops } = quota;
    await quota.campaign(2, { batchId: 'a' });
    quota.states.set('a', fakeStates(clock));
    await quotaStops.add(await quota.get('a'));
    await store.update('a', { set: { accountError: { code: 'DailyQuotaExceeded', message: '', at: clock.now() } } });
    quota.states.get('a')?.end('FAILED');
    clock.move(HOUR);
    quota.account.sentLast24Hours = 0;
    expect(await quota.continued()).toEqual(['a']);
  });

  it('pauses longer with every redrive, if SES refuses it although half is free', async () => {
    await quota.stopped('a');
    quota.account.sentLast24Hours = 0;
    const redrives: number[] = [];
    for (let minute = 1; minute <= 70; minute += 1) {
      quota.clock.move(MINUTE - 2_000);
      if ((await quota.continued()).length > 0) {
        redrives.push(minute);
        await quota.refuse('a');
      } else quota.clock.move(2_000);
    }
    expect(redrives).toEqual([1, 3, 7, 15, 31, 63]);
  });

  it('is left to the operator when the time for a redrive is over', async () => {
    await quota.stopped('a');
    quota.account.sendingEnabled = false;
    quota.clock.move(14 * 24 * HOUR - MINUTE);
    await quota.sweep();
    expect(await quota.get('a')).toHaveProperty('nextRetryAt');
    Object.assign(quota.account, { sendingEnabled: true, sentLast24Hours: 0 });
    quota.clock.move(2 * MINUTE);
    expect(await quota.continued()).toEqual([]);
    const record = await quota.get('a');
    expect(record).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('does not continue by itself') });
    expect(record).not.toHaveProperty('nextRetryAt');
  });

  it('is left to the operator a year after its start, because Step Functions redrives no older execution', async () => {
    await quota.stopped('a');
    const createdAt = new Date(quota.clock.now() - 365 * 24 * HOUR).toISOString();
    await quota.campaign(1, { batchId: 'old', createdAt });
    quota.states.set('old', fakeStates(quota.clock));
    await quota.refuse('old');
    quota.clock.move(24 * HOUR);
    expect(await quota.continued()).toEqual(['a']);
    expect(await quota.get('old')).not.toHaveProperty('nextRetryAt');
  });

  it('is tried again by the next sweep when Step Functions refuses for a moment, and holds up no other', async () => {
    await quota.stopped('a');
    await quota.stopped('b');
    quota.clock.move(24 * HOUR);
    const refusing = createExecutions(
      {
        send: async () => {
          throw Object.assign(new Error('Too many executions are open'), { name: 'ExecutionLimitExceeded' });
        },
      } as never,
      STATE_MACHINE_ARN,
    );
    const redrive: Executions['redrive'] = (batchId, token) =>
      (batchId === 'a' ? refusing : quota.deps.executions).redrive(batchId, token);
    expect(await quota.sweep({ executions: { ...quota.deps.executions, redrive } })).toEqual({
      continued: 1,
      waiting: 0,
      failed: 1,
    });
    expect(await quota.get('b')).toMatchObject({ status: 'RUNNING' });
    expect(await quota.continued()).toEqual(['a']);
  });
});

describe('the sweep leaves alone', () => {
  it.each(['SendingPaused', 'AccountSuspended'])('a campaign that %s stopped', async (code) => {
    await quota.stopped('a', { code });
    quota.account.sentLast24Hours = 0;
    quota.clock.move(48 * HOUR);
    expect(await quota.continued()).toEqual([]);
    expect(await quota.get('a')).not.toHaveProperty('nextRetryAt');
  });

  it('a campaign that an operator stopped after SES had refused a row', async () => {
    const { clock, store, quotaStops } = quota;
    await quota.campaign(2, { batchId: 'a' });
    quota.states.set('a', fakeStates(clock));
    await quotaStops.add(await quota.get('a'));
    await store.update('a', { set: { accountError: { code: 'DailyQuotaExceeded', message: '', at: clock.now() } } });
    expect(await stopCampaign(quota.deps, 'a')).toMatchObject({ status: 'ABORTED' });
    quota.account.sentLast24Hours = 0;
    clock.move(48 * HOUR);
    expect(await quota.continued()).toEqual([]);
    expect(await quotaStops.list()).toEqual([]);
  });

  it('a waiting campaign that an operator stops, which a redrive resumes', async () => {
    await quota.stopped('a');
    const stopped = await stopCampaign(quota.deps, 'a');
    expect(stopped).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('stopped by an operator') });
    quota.clock.move(48 * HOUR);
    expect(await quota.continued()).toEqual([]);
    expect(await redriveCampaign(quota.deps, 'a')).toMatchObject({ campaign: { status: 'RUNNING' } });
  });

  it('a campaign that an operator has redriven, and takes it up when the quota stops it again', async () => {
    await quota.stopped('a');
    await redriveCampaign(quota.deps, 'a');
    quota.clock.move(24 * HOUR);
    expect(await quota.continued()).toEqual([]);
    await quota.refuse('a');
    quota.clock.move(24 * HOUR);
    expect(await quota.continued()).toEqual(['a']);
  });

  it('an entry that became newer while it was read', async () => {
    const { clock, quotaStops } = quota;
    await quota.stopped('a');
    const [seen] = await quotaStops.list();
    clock.move(1);
    await quotaStops.add(await quota.get('a'));
    if (seen) await quotaStops.remove(seen);
    expect(await quotaStops.list()).toHaveLength(1);
  });
});

describe('at the same moment', () => {
  beforeEach(async () => {
    await quota.stopped('a');
    quota.clock.move(24 * HOUR);
  });

  it('two sweeps redrive a campaign once', async () => {
    const both = await Promise.all([quota.sweep(), quota.sweep()]);
    expect(both.map(({ failed }) => failed)).toEqual([0, 0]);
    expect(quota.states.get('a')?.execution.redriveCount).toBe(1);
  });

  it('a sweep and an operator redrive a campaign once', async () => {
    await Promise.allSettled([quota.sweep(), redriveCampaign(quota.deps, 'a')]);
    expect(quota.states.get('a')?.execution.redriveCount).toBe(1);
    expect(await quota.get('a')).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
  });

  it('a stop either keeps a campaign from continuing or says that it could not', async () => {
    const stopping = stopCampaign(quota.deps, 'a').then(
      ({ status }) => status,
      ({ code }) => code,
    );
    await quota.sweep();
    const outcome = await stopping;
    const { execution } = quota.states.get('a') ?? {};
    // ABORTED: the sweep was first, and the stop ended the redrive.
    const expected = { FAILED: 'FAILED', ABORTED: 'ABORTED', Conflict: 'RUNNING' };
    expect(execution?.status).toBe(expected[outcome as keyof typeof expected]);
  });

  it('a stop that arrives while the sweep redrives is refused', async () => {
    let refusal: unknown;
    const redrive: Executions['redrive'] = async (batchId, token) => {
      refusal = await stopCampaign(quota.deps, 'a').catch(({ code }) => code);
      return quota.deps.executions.redrive(batchId, token);
    };
    await quota.sweep({ executions: { ...quota.deps.executions, redrive } });
    expect(refusal).toBe('Conflict');
    expect(await quota.get('a')).toMatchObject({ status: 'RUNNING' });
  });

  it('a sweep that reads a waiting campaign does not redrive it after a stop', async () => {
    const account = async () => {
      await stopCampaign(quota.deps, 'a');
      return quota.account;
    };
    expect(await quota.continued({ account })).toEqual([]);
    expect(quota.states.get('a')?.execution.status).toBe('FAILED');
  });
});

describe('several campaigns', () => {
  it('share what is free, the oldest first', async () => {
    for (const batchId of ['c', 'a', 'b']) await quota.stopped(batchId, { rows: 30 });
    quota.clock.move(HOUR);
    quota.account.sentLast24Hours = 50;
    expect(await quota.continued()).toEqual(['c', 'a']);
    // They run now, and need what is free.
    expect(await quota.continued()).toEqual([]);
    quota.account.sentLast24Hours = 0;
    expect(await quota.continued()).toEqual(['b']);
  });

  it('take turns: one that was stopped again waits behind those that have waited longer', async () => {
    await quota.stopped('large', { rows: 60 });
    await quota.stopped('small', { rows: 2 });
    quota.clock.move(2 * HOUR);
    quota.account.sentLast24Hours = 50;
    expect(await quota.continued()).toEqual(['large']);
    quota.clock.move(HOUR);
    await quota.refuse('large');
    quota.clock.move(HOUR);
    expect(await quota.continued()).toEqual(['small', 'large']);
  });

  it('all continue after 24 hours, at the latest', async () => {
    for (const batchId of ['a', 'b', 'c']) await quota.stopped(batchId, { rows: 90 });
    quota.clock.move(24 * HOUR);
    expect(await quota.continued()).toEqual(['a', 'b', 'c']);
  });
});

describe('the whole story, with the local SES', () => {
  it('sends every row once over days, as the quota of any 24 hours allows', async () => {
    const { clock, deps, mailbox } = quota;
    const faults = new Faults();
    faults.replace({ max24HourSend: 10 });
    const chance = { random: () => 0.5, sleep: async () => undefined };
    const service = ses({ outbox: countingOutbox(), faults, maxSendRate: 1_000, chance, now: clock.now });
    const gateway = await startGateway({
      port: 0,
      services: new Map([['ses', service]]),
      identities: new Map(),
      onError: (error) => console.error(error),
    });
    const client = new SESv2Client({ endpoint: gateway.url, region: REGION, credentials: ANYBODY, maxAttempts: 1 });
    const send = async (to: string) => {
      const command = new SendEmailCommand({
        FromEmailAddress: 'hello@pregon.test',
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: { Data: randomUUID() }, Body: { Text: { Data: 'content' } } } },
      });
      try {
        await clock.pauseFor(client.send(command));
      } catch (error) {
        throw classifySesError(error, { left: true, sender: 'hello@pregon.test' });
      }
    };
    try {
      quota.onSend(({ to }) => send(to.email));
      const account = () => clock.pauseFor(readSesAccount(client));
      const rows = range(1, 17);
      await quota.campaign(rows.length);
      const states = fakeStates(clock);
      quota.states.set('b1', states);

      /** The Map Run starts the rows that are not sent. An answer `Account` ends it. Resolves to the number of emails so far. */
      const run = async () => {
        quota.answers.length = 0;
        const unsent = [];
        for (const row of rows) if ((await quota.row(row))?.status !== 'SENT') unsent.push(row);
        await quota.worker()(unsent);
        if (quota.answers.some(({ answer }) => answer === 'Account')) states.end('FAILED', 'Map Run failed');
        clock.move(2_000);
        await refreshCampaign(deps, 'b1');
        return mailbox.length;
      };
      const hours = (count: number) => clock.move(count * HOUR);

      // Six emails of others, and two hours later the campaign: four rows leave.
      for (const n of range(1, 6)) await send(`other${n}@example.com`);
      hours(2);
      expect(await run()).toBe(4);
      const { nextRetryAt = '' } = await quota.get('b1');
      expect(await quota.get('b1')).toMatchObject({
        status: 'FAILED',
        reason: expect.stringContaining('Daily message quota exceeded'),
      });

      // The six are out of the window 24 hours after they were sent: more than half is free before nextRetryAt.
      hours(21);
      expect(await quota.continued({ account })).toEqual([]);
      hours(1);
      expect(clock.now()).toBeLessThan(Date.parse(nextRetryAt));
      expect(await quota.continued({ account })).toEqual(['b1']);
      expect(await run()).toBe(10);

      // Four rows are out of the window two hours later, which is less than half. The account gets a higher quota.
      hours(3);
      expect(await quota.continued({ account })).toEqual([]);
      faults.replace({ max24HourSend: 12 });
      expect(await quota.continued({ account })).toEqual(['b1']);
      expect(await run()).toBe(16);

      hours(24);
      expect(await quota.continued({ account })).toEqual(['b1']);
      expect(await run()).toBe(17);
      expect(mailbox.map(({ email }) => email.sendId).sort()).toEqual(rows.map((row) => `b1-${row}`).sort());
    } finally {
      client.destroy();
      await gateway.close();
    }
  });
});
