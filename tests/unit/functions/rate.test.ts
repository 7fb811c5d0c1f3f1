import type { SESv2Client } from '@aws-sdk/client-sesv2';
import { rateSchema } from '../../../api/rate.ts';
import type { RateOf } from '../../../core/limiter/rate.ts';
import { sendRates } from '../../../functions/common/send-rate.ts';
import { sesAccount } from '../../../functions/common/ses-account.ts';
import { rateRoutes } from '../../../functions/rate/routes.ts';
import { httpClient } from '../support/http.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

const ACCOUNT = { maxSendRate: 50, max24HourSend: 50_000, sentLast24Hours: 12, sendingEnabled: true };

async function call(route: string, body?: unknown, account = async () => ACCOUNT) {
  const rateOf = (name: string): RateOf => ({
    table: table.control,
    name,
    source: { kind: 'account', allowed: async () => 50, deployed: 0, headroom: 0.9 },
    telemetry: silent,
  });
  const shared: unknown[] = [];
  const client = httpClient(
    rateRoutes({
      rates: { ses: rateOf('ses'), dryRun: rateOf('dry-run') },
      account,
      stage: 'dev',
      telemetry: silent,
      shareRate: async () => void shared.push((await client('GET /rate')).body.perSecond),
    }),
  );
  const { status, body: answer } = await client(route, body === undefined ? {} : { body: JSON.stringify(body) });
  return { status, answer, shared };
}

it('answers the rate, the limit of SES and the use', async () => {
  expect(await call('GET /rate')).toMatchObject({
    status: 200,
    answer: { perSecond: 45, source: 'ses', allowed: 50, usedPerSecond: 0 },
  });
});

it('answers the daily quota, whether the account may send, and the stage', async () => {
  const { answer } = await call('GET /rate');
  expect(rateSchema.parse(answer)).toEqual(answer);
  expect(answer).toMatchObject({ max24HourSend: 50_000, sentLast24Hours: 12, sendingEnabled: true, stage: 'dev' });
});

it('answers the rate also when SES does not return the quota', async () => {
  const { status, answer } = await call('GET /rate', undefined, () => Promise.reject(new Error('busy')));
  expect(rateSchema.parse(answer)).toEqual(answer);
  expect([status, answer.max24HourSend, answer.sendingEnabled]).toEqual([200, null, null]);
});

it('sets the rate, shares it among the running campaigns, and resets it', async () => {
  const { answer, shared } = await call('PUT /rate', { perSecond: 20 });
  expect(answer).toMatchObject({ perSecond: 20, source: 'operator' });
  expect(shared).toEqual([20]);
  expect((await call('GET /rate')).answer.perSecond).toBe(20);
  expect((await call('PUT /rate', { perSecond: null })).answer).toMatchObject({ perSecond: 45, source: 'ses' });
});

it.each([[{ perSecond: 51 }], [{ perSecond: 0 }], [{ perSecond: 'fast' }], [{}], [{ perSecond: 5, more: 1 }]])(
  'refuses %j',
  async (body) => {
    expect(await call('PUT /rate', body)).toMatchObject({
      status: 400,
      answer: { code: 'BadRequest' },
      shared: [],
    });
  },
);

/** SES behind the cache of the function. Counts the calls of GetAccount. */
function sesWith(answer: () => Promise<object>) {
  let calls = 0;
  const send = async () => {
    calls += 1;
    return answer();
  };
  return { ...sesAccount(table.clock, { send } as unknown as SESv2Client), calls: () => calls };
}

const QUOTA = { SendQuota: { MaxSendRate: 50, Max24HourSend: 50_000, SentLast24Hours: 12 } };

/** As the handler puts them together. */
function client({ account, maxSendRate }: ReturnType<typeof sesAccount>, shareRate = async () => {}) {
  const { ses, dryRun } = sendRates({ SEND_RATE: 0, SEND_HEADROOM: 0.9 }, table.control, maxSendRate);
  const rates = { ses: { ...ses, telemetry: silent }, dryRun: { ...dryRun, telemetry: silent } };
  return httpClient(rateRoutes({ rates, account, stage: 'dev', telemetry: silent, shareRate }));
}

it('asks SES once for all that a change of the rate needs, and not again within five seconds', async () => {
  const ses = sesWith(async () => QUOTA);
  const api = client(ses);
  table.clock.move(60_000);

  expect((await api('PUT /rate', { body: '{"perSecond": 20}' })).status).toBe(200);
  expect((await api('PUT /rate', { body: '{"perSecond": 30}' })).body).toMatchObject({ perSecond: 30, allowed: 50 });
  expect((await api('GET /rate')).body).toMatchObject({ perSecond: 30, sentLast24Hours: 12 });
  expect(ses.calls()).toBe(1);

  table.clock.move(5_001);
  await api('GET /rate');
  expect(ses.calls()).toBe(2);
});

it('sets the rate while SES does not answer, and asks it once', async () => {
  const ses = sesWith(() => Promise.reject(new Error('TooManyRequestsException')));
  table.clock.move(60_000);

  const { status, body } = await client(ses)('PUT /rate', { body: '{"perSecond": 20}' });
  expect([status, body.perSecond, body.max24HourSend]).toEqual([200, 20, null]);
  expect(ses.calls()).toBe(1);
});

it('asks again two seconds after SES did not answer', async () => {
  let isBusy = true;
  const ses = sesWith(async () => {
    if (isBusy) throw new Error('TooManyRequestsException');
    return QUOTA;
  });
  const api = client(ses);
  await api('GET /rate');
  isBusy = false;
  expect((await api('GET /rate')).body.max24HourSend).toBeNull();
  table.clock.move(2_001);
  expect((await api('GET /rate')).body.max24HourSend).toBe(50_000);
});

it('answers when the campaigns cannot be changed within the time of the request', async () => {
  const ses = sesWith(async () => QUOTA);
  const began = table.clock.now();

  const { status, body } = await client(ses, () => new Promise(() => {}))('PUT /rate', { body: '{"perSecond": 20}' });
  expect([status, body.perSecond]).toEqual([200, 20]);
  expect(table.clock.now() - began).toBe(10_000);
});
