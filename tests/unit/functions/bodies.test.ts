import fc from 'fast-check';
import { ROUTES } from '../../../api/routes.ts';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { objectKeysOf, sendRowsKeyOf } from '../../../core/campaigns/identity.ts';
import { createCampaignObjects } from '../../../core/campaigns/ingest-objects.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createErasures } from '../../../core/consent/erasures.ts';
import { createSuppressions } from '../../../core/consent/suppressions.ts';
import { parseUnsubscribeKeys } from '../../../core/consent/unsubscribe-keys.ts';
import { unsubscribeToken } from '../../../core/consent/unsubscribe-token.ts';
import { createIdempotency } from '../../../core/idempotency/idempotency.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import type { RateOf } from '../../../core/limiter/rate.ts';
import { createReportStore } from '../../../core/reports/store.ts';
import { campaignSource } from '../../../core/s3-source.ts';
import { createUploadObjects } from '../../../core/uploads/objects.ts';
import { createUploadStore } from '../../../core/uploads/store.ts';
import { campaignRoutes } from '../../../functions/campaigns/routes.ts';
import type { HttpRoutes } from '../../../functions/common/http.ts';
import { emailRoutes } from '../../../functions/emails/routes.ts';
import { graphqlRoutes } from '../../../functions/graphql/routes.ts';
import { orderRoutes } from '../../../functions/orders/routes.ts';
import { pageRoutes } from '../../../functions/pages/routes.ts';
import { rateRoutes } from '../../../functions/rate/routes.ts';
import { requestRoutes } from '../../../functions/requests/routes.ts';
import { suppressionRoutes } from '../../../functions/suppressions/routes.ts';
import { unsubscribeRoutes } from '../../../functions/unsubscribe/routes.ts';
import { uploadRoutes } from '../../../functions/upload/routes.ts';
import { uploadsRoutes } from '../../../functions/uploads/routes.ts';
import { openFakeS3 } from '../campaigns/fake-s3.ts';
import { preflightParts } from '../campaigns/preflight-parts.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { fakeStates } from '../delivery/fake-states.ts';
import { emailRequest, openEmail } from '../email/deps.ts';
import { BATCH } from '../graphql/support.ts';
import { newOrder, openOrders } from '../orders/support.ts';
import { openRequests } from '../requests/support.ts';
import { type HttpRequest, httpClient } from '../support/http.ts';
import { silent } from '../support/telemetry.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const form = (...parts: string[]) => Buffer.from(`${parts.map((part) => `--XX\r\n${part}\r\n`).join('')}--XX--\r\n`);
const CSV =
  'Content-Disposition: form-data; name="file"; filename="c.csv"\r\nContent-Type: text/csv; charset=utf-8\r\n\r\n' +
  'email,subject,content,name\nana@example.com,"Hola, {{name}}",uno,Ána\nbad,Hola,dos,x\n';
const UPLOAD: HttpRequest = {
  headers: { 'content-type': 'multipart/form-data; boundary=XX' },
  body: form(
    CSV,
    'Content-Disposition: form-data; name="dryRun"\r\n\r\ntrue',
    'Content-Disposition: form-data; name="campaignId"\r\n\r\nspring',
  ),
};
const QUERY =
  'query ($email: String) { listEmailStatus(email: $email, limit: 5, from: "2026-11-22") { sendId cursor } }';
const json = (value: unknown): HttpRequest => ({ headers: JSON_TYPE, body: Buffer.from(JSON.stringify(value)) });
const UNSUBSCRIBE_KEYS = parseUnsubscribeKeys(JSON.stringify({ current: '1', 1: 'a'.repeat(64) }));
const TOKEN = unsubscribeToken(UNSUBSCRIBE_KEYS, { sendId: `${BATCH}-1`, email: 'ana@example.com' });
const CURSOR = Buffer.from(`2026-11-22T10:00:00.000Z#${BATCH}`).toString('base64url');

/** A valid request of every route that reads anything of it. */
const VALID: Record<string, HttpRequest> = {
  'POST /upload': UPLOAD,
  'POST /campaigns/upload': UPLOAD,
  'POST /campaigns/preflight': UPLOAD,
  'POST /uploads': json({
    size: 1000,
    fileName: 'news.csv',
    sha256: 'a'.repeat(64),
    hold: true,
    dryRun: true,
    campaignId: 'spring',
    sendAt: '2026-12-24T08:00:00Z',
    format: 'html',
    encoding: 'latin1',
  }),
  'GET /uploads/{uploadId}': { path: { uploadId: 'upload-1' } },
  'GET /campaigns': { query: { limit: '5', after: CURSOR } },
  'GET /campaigns/{batchId}': { path: { batchId: BATCH } },
  'POST /campaigns/{batchId}/redrive': { path: { batchId: BATCH }, ...json({ unconfirmed: 'accept' }) },
  'POST /campaigns/{batchId}/start': { path: { batchId: BATCH } },
  'POST /campaigns/{batchId}/stop': { path: { batchId: BATCH } },
  'GET /campaigns/{batchId}/sends': {
    path: { batchId: BATCH },
    query: { status: 'ERROR,SENT', email: 'ana@example.com', after: CURSOR, limit: '5' },
  },
  'GET /campaigns/{batchId}/skipped.csv': { path: { batchId: BATCH } },
  'GET /campaigns/{batchId}/sends.csv': { path: { batchId: BATCH }, query: { status: 'ERROR,SENT' } },
  'GET /campaigns/{batchId}/failed.csv': { path: { batchId: BATCH } },
  'POST /emails/send': {
    headers: { ...JSON_TYPE, 'idempotency-key': 'key-1' },
    body: Buffer.from(JSON.stringify({ ...emailRequest(), htmlContent: '<p>ñ</p>' })),
  },
  'GET /emails/{id}': { path: { id: 'b3f1c0de-0000-4000-8000-000000000000' } },
  'POST /orders': json(
    JSON.parse(newOrder({ registerDate: '2025-01-31T08:00:00Z', customer: { email: 'ana@example.com' } })),
  ),
  'PUT /orders/{orderId}': {
    path: { orderId: 'ORD-001' },
    headers: { ...JSON_TYPE, 'if-match': '"1"' },
    body: Buffer.from(JSON.stringify({ status: 'inprocess', deliveryDate: '2025-02-10', customer: null })),
  },
  'GET /orders/{orderId}': { path: { orderId: 'ORD-001' } },
  'POST /v1/requests': json({ to: '+34600000000', message: '¡Hola!', type: 'sms' }),
  'POST /v1/requests/{id}/process': { path: { id: '019aaa2e-7c00-7d3a-9f1c-2f6d1c9b7a44' } },
  'GET /v1/requests/{id}': { path: { id: '019aaa2e-7c00-7d3a-9f1c-2f6d1c9b7a44' } },
  'GET /suppressions': { query: { limit: '5', after: Buffer.from('ana@example.com').toString('base64url') } },
  'GET /suppressions.csv': { query: { after: Buffer.from('ana@example.com').toString('base64url') } },
  'POST /suppressions': {
    headers: { 'content-type': 'text/csv; charset=utf-8' },
    body: Buffer.from('email,reason\nana@example.com,manual\nñ@example.com,unsubscribed\n'),
  },
  'PUT /suppressions/{address}': { path: { address: 'ana@example.com' }, ...json({ reason: 'manual' }) },
  'DELETE /suppressions/{address}': { path: { address: 'ana@example.com' } },
  'GET /unsubscribe/{token}': { path: { token: TOKEN }, headers: { 'accept-language': 'es-MX,es;q=0.9,en;q=0.8' } },
  'POST /unsubscribe/{token}': {
    path: { token: TOKEN },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from('List-Unsubscribe=One-Click'),
  },
  'GET /rate': {},
  'PUT /rate': json({ perSecond: 25 }),
  'GET /health': {},
  'POST /graphql': json({ query: QUERY, operationName: null, variables: { email: 'ana@example.com' } }),
};

/** Cuts, doubles, repeats, flips and inserts bytes at places given as shares of the length. */
type Damage = { kind: 'cut' | 'double' | 'repeat' | 'flip' | 'insert'; at: number; to: number; byte: number };
const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('cut', 'double', 'repeat', 'flip', 'insert'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  byte: fc.oneof(fc.constantFrom(0, 9, 10, 13, 34, 45, 58, 123, 255), fc.nat(255)),
});

/** Makes an id longer than any key of DynamoDB. */
const REPEATS = 200;
const MAX_BYTES = 64 * 1024;

function damaged(bytes: Buffer, { kind, at, to, byte }: Damage): Buffer {
  const [from = 0, until = 0] = [at, to].map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b);
  const [before, middle, after] = [bytes.subarray(0, from), bytes.subarray(from, until), bytes.subarray(until)];
  if (kind === 'cut') return Buffer.concat([before, after]);
  if (kind === 'double') return Buffer.concat([before, middle, middle, after]);
  if (kind === 'repeat')
    return Buffer.concat([before, ...Array<Buffer>(REPEATS).fill(middle), after]).subarray(0, MAX_BYTES);
  if (kind === 'insert') return Buffer.concat([before, Buffer.from([byte]), middle, after]);
  const flipped = Buffer.from(bytes);
  if (from < flipped.length) flipped[from] = (flipped[from] ?? 0) ^ (byte || 1);
  return flipped;
}

const damagedText = (text: string, how: readonly Damage[]) => how.reduce(damaged, Buffer.from(text)).toString('latin1');

type Place = 'body' | 'headers' | 'query' | 'path';

function damagedRequest(request: HttpRequest, place: Place, how: readonly Damage[], asText: boolean): HttpRequest {
  if (place !== 'body') {
    const values = Object.entries(request[place] ?? {}).map(([name, value]) => [name, damagedText(value, how)]);
    return { ...request, [place]: Object.fromEntries(values) };
  }
  const body = how.reduce(damaged, request.body instanceof Buffer ? request.body : Buffer.alloc(0));
  return { ...request, body: asText ? body.toString() : body };
}

const clock = { now: () => Date.parse('2026-11-22T12:00:00.000Z'), sleep: async () => undefined };

describe('any damage to a valid request', () => {
  let close: () => Promise<unknown>;
  let routes: HttpRoutes;

  beforeAll(async () => {
    const [email, orders, requests, s3] = await Promise.all([openEmail(), openOrders(), openRequests(), openFakeS3()]);
    close = () => Promise.all([email.close(), orders.close(), requests.close(), s3.close()]);
    const { table } = email;
    const states = fakeStates(clock);
    const store = createCampaignStore(table.control);
    const record = campaignRecord({ batchId: BATCH, status: 'SUCCEEDED' });
    await store.create(record);
    s3.objects.set(objectKeysOf(BATCH, record.uploadId).skipped, Buffer.from('row,email,reason,code\n'));
    s3.objects.set(sendRowsKeyOf(record), Buffer.from('row,email,subject,content\n1,a@b.test,x,y\n'));
    s3.objects.set(objectKeysOf(BATCH, record.uploadId).source, Buffer.from('email,subject,content\na@b.test,x,y\n'));
    const campaigns = {
      store,
      ledger: createLedger(table),
      counters: createCampaignCounters(table.control),
      executions: states.executions,
      clock,
      telemetry: silent,
    };
    const rateOf = (name: string): RateOf => ({
      table: table.control,
      name,
      source: { kind: 'account', allowed: async () => 50, deployed: 0, headroom: 0.9 },
      telemetry: silent,
    });
    routes = {
      ...uploadRoutes({
        ...campaigns,
        sends: table.sends,
        control: table.control,
        objects: createCampaignObjects({ s3: s3.client, bucket: 'campaigns' }),
        bucket: 'campaigns',
        newUploadId: () => crypto.randomUUID(),
        ...preflightParts(clock),
        sendRate: async () => 50,
        sendQuota: async () => ({ max24HourSend: -1, sentLast24Hours: 0 }),
        telemetry: silent,
        suppressions: createSuppressions(table),
        erasures: createErasures(table),
        sendTimeoutSeconds: 3600,
        executions: { ...states.executions, start: async () => undefined },
      }),
      ...campaignRoutes({
        sends: table.sends,
        control: table.control,
        ...campaigns,
        s3: s3.client,
        bucket: 'campaigns',
        source: campaignSource({ s3: s3.client, bucket: 'campaigns', clock }),
        reports: createReportStore(table.control),
        queue: { sendReport: async () => undefined },
      }),
      ...uploadsRoutes({
        uploads: createUploadStore(table.control),
        files: createUploadObjects({ s3: s3.client, bucket: 'campaigns', clock }),
        clock,
        newUploadId: () => crypto.randomUUID(),
        telemetry: silent,
      }),
      ...emailRoutes({
        ...email.accepting,
        store: email.store,
        allowed: () => true,
        idempotency: createIdempotency(table.control),
      }),
      ...orderRoutes(orders.deps),
      ...requestRoutes(requests.deps),
      ...rateRoutes({
        rates: { ses: rateOf('ses'), dryRun: rateOf('dry-run') },
        account: async () => ({ maxSendRate: 50, max24HourSend: -1, sentLast24Hours: 0, sendingEnabled: true }),
        stage: 'test',
        telemetry: silent,
        shareRate: async () => undefined,
      }),
      ...suppressionRoutes({ suppressions: createSuppressions(table) }),
      ...unsubscribeRoutes({
        keys: { get: async () => UNSUBSCRIBE_KEYS, forget: () => undefined },
        unsubscribe: async () => undefined,
      }),
      ...pageRoutes({ file: async () => undefined, stage: 'test', bucketOrigin: 'https://files.test' }),
      ...graphqlRoutes({ ...campaigns, tables: table }, { introspection: true }),
    };
  });
  afterAll(() => close());

  it('is tried on every documented route', () => {
    const documented = ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(Object.keys(VALID)).toEqual(expect.arrayContaining(documented));
  });

  const jsonRoutes = Object.keys(VALID).filter(
    (routeKey) => VALID[routeKey]?.headers?.['content-type'] === JSON_TYPE['content-type'],
  );

  it.each(jsonRoutes)('%s: refuses JSON that parsers read differently', async (routeKey) => {
    const valid = VALID[routeKey] ?? {};
    const json = String(valid.body);
    const [first = ''] = Object.keys(JSON.parse(json));
    const deep = 10_000;
    const bodies = [
      json.replace('{', `{${JSON.stringify(first)}: null, `),
      json.replace('{', '{"__proto__": {"admin": true}, '),
      json.replace('{', '{"x": {"y": 1, "\\u0079": 2}, '),
      json.replace('{', '{"x": 1e999, '),
      json.replace('{', '{"x": -1e999, '),
      json.replace('{', '{"x": NaN, '),
      json.replace('{', '{"x": "\\ud800", '),
      json.replace('{', `{"x": ${'['.repeat(deep)}${']'.repeat(deep)}, `),
      json.replace('{', `{"x": ${'{"x":'.repeat(deep)}1${'}'.repeat(deep)}, `),
    ];
    for (const body of bodies) {
      const answer = await httpClient(routes)(routeKey, { ...valid, body: Buffer.from(body) });
      const said = routeKey === 'POST /graphql' ? JSON.parse(answer.body).errors[0].message : answer.body.detail;

      expect([body.slice(0, 60), answer.status]).toEqual([body.slice(0, 60), answer.status === 422 ? 422 : 400]);
      expect(said).toMatch(/\w{3}/);
    }
  });

  it.each(jsonRoutes)('%s: answers briefly, however much there is to say', async (routeKey) => {
    const valid = VALID[routeKey] ?? {};
    const long = 'x'.repeat(500_000);
    const many = Array.from({ length: 20_000 }, (_, n) => `"unknown member ${n}": {}`).join(', ');
    for (const added of [many, `"${long}": {}`, `"${long}": {"a": "\\ud800"}`]) {
      const body = Buffer.from(String(valid.body).replace('{', `{${added}, `));
      const answer = await httpClient(routes)(routeKey, { ...valid, body });

      expect(answer.status).toBeLessThan(500);
      expect(JSON.stringify(answer.body).length).toBeLessThan(20_000);
    }
  });

  it('POST /upload: refuses a field that is there twice, also with the same value', async () => {
    const field = (value: string) => `Content-Disposition: form-data; name="dryRun"\r\n\r\n${value}`;
    for (const [one, two] of [
      ['true', 'false'],
      ['true', 'true'],
    ] as const) {
      const answer = await httpClient(routes)('POST /upload', { ...UPLOAD, body: form(CSV, field(one), field(two)) });

      expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('dryRun') } });
    }
  });

  it.each(Object.keys(VALID))('%s: answers without a fault, and says what is wrong', async (routeKey) => {
    const valid = VALID[routeKey] ?? {};
    const client = httpClient(routes);
    const faults: unknown[] = [];
    const note = (fault: unknown) => faults.push(fault);
    process.on('uncaughtExceptionMonitor', note);
    const places = (['body', 'headers', 'query', 'path'] as const).filter((place) => valid[place] !== undefined);
    const place = places.length > 0 ? fc.constantFrom(...places) : fc.constant<Place>('path');

    await fc.assert(
      fc.asyncProperty(
        place,
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (where, how, asText) => {
          const answer = await client(routeKey, damagedRequest(valid, where, how, asText));

          expect(answer.status).toBeLessThan(500);
          if (Number(answer.status) < 400) return;
          expect(routeKey === 'POST /graphql' ? JSON.parse(answer.body).errors[0].message : answer.body.detail).toMatch(
            /\w{3}/,
          );
        },
      ),
      { numRuns: places.includes('body') ? 80 : 40, seed: 1 },
    );
    process.off('uncaughtExceptionMonitor', note);
    expect(faults).toEqual([]);
  });
});
