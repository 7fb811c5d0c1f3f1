import { rateSchema } from '../../../api/rate.ts';
import type { RateOf } from '../../../core/limiter/rate.ts';
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
