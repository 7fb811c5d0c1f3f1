import type { CampaignOptions } from '../../../core/campaigns/options.ts';
import { type Preflight, type PreflightDeps, preflight } from '../../../core/campaigns/preflight.ts';
import { rowsKeyOf } from '../../../core/campaigns/rows-claim.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { bufferSource } from '../../../core/csv/source.ts';
import type { OutgoingEmail } from '../../../core/delivery/providers/outgoing-email.ts';
import { putIf } from '../../../core/dynamodb/table.ts';
import { PregonError } from '../../../core/errors.ts';
import { rowsClaimKey } from '../../../core/ledger/keys.ts';
import { simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';
import { preflightParts } from './preflight-parts.ts';
import { campaignRecord } from './record.ts';

const LIST = 'email,name\nana@example.com,Ana\nbad,Bo\nbob@example.com,Bob\n';
const TEMPLATES = { subject: 'Hola {{name}}', content: '<p>Adiós, {{name}}</p>' };
const LINK = 'https://api.example/unsubscribe/sample';

const clock = simulatedClock();
let table: Awaited<ReturnType<typeof openTable>>;
let outbox: OutgoingEmail[];

beforeEach(async () => {
  table = await openTable(clock);
  outbox = [];
});
afterEach(() => table.close());

const deps = (override: Partial<PreflightDeps> = {}): PreflightDeps => ({
  control: table.control,
  store: createCampaignStore(table.control),
  clock,
  telemetry: silent,
  sendRate: async () => 50,
  sendQuota: async () => ({ max24HourSend: -1, sentLast24Hours: 0 }),
  suppressions: { reasonsOf: async () => new Map() },
  ...preflightParts(clock, outbox),
  ...override,
});
const check = (
  options: Partial<CampaignOptions> = {},
  { file = LIST, testTo, using = deps() }: { file?: string; testTo?: string[]; using?: PreflightDeps } = {},
): Promise<Preflight> =>
  preflight(using, {
    source: bufferSource(Buffer.from(file)),
    options: { dryRun: false, format: 'html', templates: TEMPLATES, ...options },
    maxRows: 100,
    testTo,
    unsubscribeUrl: LINK,
  });
const hugeList = (rows: number) =>
  `email,name\n${Array.from({ length: rows }, (_, n) => `a${n}@example.com,N${n}\n`).join('')}`;

it('renders the first ten rows as they would leave, and names the skipped ones', async () => {
  const found = await check({ fromName: 'La tienda' }, { file: hugeList(12), using: deps({ footer: 'Unsubscribe' }) });

  expect(found.samples).toHaveLength(10);
  expect(found.samples[0]).toEqual({
    row: 1,
    to: 'a0@example.com',
    from: { email: 'news@shop.example', name: 'La tienda' },
    subject: 'Hola N0',
    text: expect.stringMatching(/Adiós, N0[\s\S]*Unsubscribe: https:\/\/api\.example\/unsubscribe\/sample/),
    html: expect.stringContaining(`<a href="${LINK}">Unsubscribe</a>`),
  });
  expect((await check()).summary).toMatchObject({
    total: 3,
    enqueued: 2,
    skippedRows: [{ row: 2, email: 'bad', code: 'email_invalid' }],
  });
});

it('stores nothing', async () => {
  const found = await check({}, { testTo: ['me@example.com'] });
  const store = createCampaignStore(table.control);

  expect(await store.get(found.batchId)).toBeUndefined();
  expect((await store.list({ limit: 10 })).campaigns).toEqual([]);
});

it('estimates time and price, and says whether the quota is enough', async () => {
  const plain = await check({}, { file: hugeList(100) });
  const tight = await check(
    {},
    {
      file: hugeList(100),
      using: deps({ sendQuota: async () => ({ max24HourSend: 60, sentLast24Hours: 10 }) }),
    },
  );

  expect(plain).toMatchObject({ estimate: { seconds: 2, perSecond: 50 }, quota: { enough: true }, warnings: [] });
  expect(plain.estimate.usd).toBeGreaterThan(0.01);
  expect(tight).toMatchObject({ quota: { max24HourSend: 60, sentLast24Hours: 10, enough: false } });
  expect(tight.warnings).toEqual([expect.stringContaining('SES lets this account send 60')]);
  expect(tight.estimate.seconds).toBeGreaterThan(24 * 3600);
  expect((await check({ dryRun: true }, { file: hugeList(100) })).estimate.usd).toBeLessThan(plain.estimate.usd);
});

it('answers without the quota where SES does not return it', async () => {
  const found = await check({}, { using: deps({ sendQuota: () => Promise.reject(new Error('busy')) }) });

  expect(found.quota).toBeUndefined();
  expect(found.estimate.seconds).toBe(1);
});

it('names the batch that has the file, and what is not the same', async () => {
  const { batchId } = await check();
  await createCampaignStore(table.control).create(
    campaignRecord({ batchId, format: 'html', status: 'SUCCEEDED', encoding: 'UTF-8' }),
  );
  const found = await check({ replyTo: 'answers@shop.example' });

  expect((await check()).duplicateOf).toBe(batchId);
  expect(found.warnings).toEqual([expect.stringContaining('replyTo was not given and is now answers@shop.example')]);
});

it('names the batch that has the same rows in other bytes', async () => {
  const { summary } = await check();
  const rowsKey = rowsKeyOf(summary.rowsHash, { dryRun: false });
  await createCampaignStore(table.control).create(campaignRecord({ batchId: 'other', format: 'html' }));
  await putIf(table.control, { ...rowsClaimKey(rowsKey), batchId: 'other' });

  expect((await check({}, { file: LIST.replaceAll('\n', '\r\n') })).duplicateOf).toBe('other');
});

it('refuses a schedule that is past', async () => {
  await expect(check({ sendAt: '2020-01-01T00:00:00.000Z' })).rejects.toThrow('past');
});

describe('a test', () => {
  it('sends the mails of the first rows, marked, with ids that are not of the campaign', async () => {
    const { batchId, tests } = await check(
      { replyTo: 'answers@shop.example' },
      { testTo: ['me@example.com', 'you@example.com', 'she@example.com'] },
    );

    expect(tests).toEqual([
      { to: 'me@example.com', messageId: 'm-1' },
      { to: 'you@example.com', messageId: 'm-2' },
      { to: 'she@example.com', messageId: 'm-3' },
    ]);
    expect(outbox.map(({ to, subject }) => [to.email, subject])).toEqual([
      ['me@example.com', '[Test] Hola Ana'],
      ['you@example.com', '[Test] Hola Bob'],
      ['she@example.com', '[Test] Hola Ana'],
    ]);
    expect(outbox[0]).toMatchObject({ replyTo: 'answers@shop.example', batchId: 'test', channel: 'test' });
    expect(outbox.map((mail) => mail.sendId).join()).not.toContain(batchId);
  });

  it('waits for a slot of the limiter for each mail, in the share of transactional mail', async () => {
    const asked: unknown[] = [];
    const from = clock.now();
    const sentAt: number[] = [];
    const parts = preflightParts(clock, outbox, {
      limiter: {
        name: 'ses',
        toleranceMs: 20,
        reserve: async (ask) => {
          asked.push(ask.priority);
          return { slots: [from + asked.length * 1_000] };
        },
        idle: async () => undefined,
      },
      provider: {
        name: 'ses',
        async send(_email, permit) {
          await permit();
          sentAt.push(clock.now() - from);
          return { messageId: 'm' };
        },
      },
    });
    await check({}, { testTo: ['me@example.com', 'you@example.com'], using: deps(parts) });

    expect(asked).toEqual(['transactional', 'transactional']);
    expect(sentAt).toEqual([1_000, 2_000]);
  });

  it('says why a mail was not sent, and that no slot was free in time', async () => {
    const refused = preflightParts(clock, outbox, {
      provider: {
        name: 'ses',
        send: async () => {
          throw new PregonError('SendingPaused', 'Sending is paused.');
        },
      },
    });
    const full = preflightParts(clock, outbox, {
      limiter: {
        name: 'ses',
        toleranceMs: 20,
        reserve: async ({ until }) => ({ retryAt: until + 1 }),
        idle: async () => undefined,
      },
    });
    const testTo = ['me@example.com'];

    expect((await check({}, { testTo, using: deps(refused) })).tests).toEqual([
      { to: 'me@example.com', error: { code: 'SendingPaused', message: 'Sending is paused.' } },
    ]);
    expect((await check({}, { testTo, using: deps(full) })).tests).toMatchObject([{ error: { code: 'Throttled' } }]);
    expect(outbox).toEqual([]);
  });
});
