import { once } from 'node:events';
import { connect } from 'node:net';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { campaignEndedSchema } from '../../core/campaigns/ended.ts';
import { STAGES, type Stage } from '../../infra/stages.ts';
import { emptyBuckets } from '../../scripts/empty-buckets.ts';
import { awsOf } from './fire/support.ts';
import { otherSystem } from './support/other-system.ts';
import { Command, Product, tempDataDir } from './support/product.ts';

const dataDir = tempDataDir();
let product: Product;

beforeAll(async () => {
  product = await Product.up(dataDir, ['--rate', '200']);
});

afterAll(async () => {
  await product.command.stop();
});

const HEADER = 'email,subject,content\n';
const ROW = 'a@example.com,Hi,Hello\n';
const csv = (rows: number, name: string) =>
  HEADER + Array.from({ length: rows }, (_, n) => `${name}${n}@example.com,Subject ${n},"Hello, ${n}"\n`).join('');

interface UploadAnswer {
  batchId: string;
  total: number;
  enqueued: number;
  skipped: number;
  duplicate?: boolean;
}

describe('a bad upload', () => {
  const form = (...files: [string, string | Uint8Array<ArrayBuffer>, string][]) => {
    const body = new FormData();
    for (const [field, bytes, type] of files) body.append(field, new Blob([bytes], { type }), 'file.csv');
    return body;
  };
  const csvFile = (text: string | Uint8Array<ArrayBuffer>): [string, string | Uint8Array<ArrayBuffer>, string] => [
    'file',
    text,
    'text/csv',
  ];
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  const withDate = () => {
    const body = form(csvFile(HEADER + ROW));
    body.append('sendAt', 'tomorrow');
    return body;
  };

  it.each([
    ['no file', form(), 400],
    ['a PNG', form(['file', png, 'image/png']), 415],
    ['an empty CSV', form(csvFile('')), 400],
    ['a header without subject', form(csvFile('email,content\na@example.com,Hi\n')), 400],
    ['an unclosed quote', form(csvFile(`${HEADER}a@example.com,Hi,"Hello\n`)), 400],
    ['a NUL', form(csvFile(`${HEADER}a@example.com,Hi,He\0llo\n`)), 400],
    [
      'a row with 3 MB of content as the only one',
      form(csvFile(`${HEADER}a@example.com,Hi,${'x'.repeat(3e6)}\n`)),
      400,
    ],
    ['two files', form(csvFile(HEADER + ROW), csvFile(HEADER + ROW)), 400],
    ['a bad date', withDate(), 400],
  ])('%s is a problem of its own', async (_name, body, status) => {
    const response = await product.call('POST', '/upload', { body });

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  });

  it('a file over the limit is 413', async () => {
    const response = await product.upload(HEADER + ROW.repeat(230_000));

    expect(response.status).toBe(413);
  });

  it('is 401 without a key and 403 with a wrong one, in API Gateway’s words', async () => {
    const url = `${product.outputs.apiUrl}/upload`;
    const without = await fetch(url, { method: 'POST', body: form(csvFile(HEADER + ROW)) });
    const wrong = await fetch(url, {
      method: 'POST',
      body: form(csvFile(HEADER + ROW)),
      headers: { authorization: 'Bearer wrong' },
    });

    expect([without.status, await without.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect([wrong.status, await wrong.json()]).toEqual([403, { message: 'Forbidden' }]);
  });

  it('leaves nothing behind', async () => {
    expect(await (await product.call('GET', '/campaigns')).json()).toEqual({ campaigns: [] });
  });
});

describe('an upload that ends before its last byte', () => {
  const listed = async () => {
    const { campaigns } = (await (await product.call('GET', '/campaigns')).json()) as { campaigns: UploadAnswer[] };
    return campaigns.map(({ batchId }) => batchId);
  };
  /** A form that is whole, so that it would be sent if the rest were not waited for. */
  const formOf = (name: string) =>
    `--XX\r\nContent-Disposition: form-data; name="file"; filename="c.csv"\r\n\r\n${csv(100, name)}\r\n--XX--\r\n`;
  const withLength = (form: string) => `Content-Length: ${form.length + 1}\r\n\r\n${form}`;
  const inChunks = (form: string) => `Transfer-Encoding: chunked\r\n\r\n${form.length.toString(16)}\r\n${form}\r\n`;

  async function interrupted(rest: string, interrupt: 'end' | 'resetAndDestroy') {
    const { hostname, port } = new URL(product.outputs.apiUrl);
    const head = [
      'POST /upload HTTP/1.1',
      `Host: ${hostname}`,
      `Authorization: Bearer ${product.outputs.apiKey}`,
      'Content-Type: multipart/form-data; boundary=XX',
    ].join('\r\n');
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes.toString();
    });
    await new Promise<void>((resolve) => socket.write(`${head}\r\n${rest}`, () => resolve()));
    socket[interrupt]();
    await once(socket, 'close');
    return answer;
  }

  it.each([
    ['cut off', 'end', 'with its length', withLength],
    ['cut off', 'end', 'in chunks', inChunks],
    ['cancelled', 'resetAndDestroy', 'with its length', withLength],
    ['cancelled', 'resetAndDestroy', 'in chunks', inChunks],
  ] as const)('%s (%s) %s starts no campaign, and the next one works', async (_name, interrupt, _how, rest) => {
    const before = await listed();
    const name = `${interrupt.toLowerCase()}${before.length}`;

    const answer = await interrupted(rest(formOf(name)), interrupt);
    const response = await product.upload(csv(3, `after-${name}-`));
    const { batchId } = (await response.json()) as UploadAnswer;
    const campaign = await product.ended(batchId);

    expect(answer).not.toMatch(/^HTTP\/1\.1 2/);
    expect(response.status).toBe(202);
    expect(campaign).toMatchObject({ status: 'SUCCEEDED', counts: { PENDING: 0, QUEUED: 0, SENT: 3, ERROR: 0 } });
    expect(await listed()).toEqual([batchId, ...before]);
    expect((await product.mailbox('')).filter(({ to }) => to.startsWith(name))).toEqual([]);
  });
});

describe('a campaign', () => {
  it('uploaded twice at once, and once more later, sends each mail once', async () => {
    const file = csv(40, 'twice');
    const answers = await Promise.all([product.upload(file), product.upload(file)]);
    const [one, two] = (await Promise.all(answers.map((answer) => answer.json()))) as UploadAnswer[];

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 202]);
    expect(one?.batchId).toBe(two?.batchId);
    const batchId = String(one?.batchId);
    const campaign = await product.ended(batchId);
    const later = await product.upload(file);

    expect(campaign).toMatchObject({ status: 'SUCCEEDED', counts: { PENDING: 0, QUEUED: 0, SENT: 40, ERROR: 0 } });
    expect([later.status, await later.json()]).toMatchObject([
      200,
      { batchId, enqueued: 0, skipped: 40, duplicate: true, counts: campaign.counts },
    ]);
    const mails = await product.mailbox(batchId);
    expect(mails).toHaveLength(40);
    expect(new Set(mails.map(({ sendId }) => sendId)).size).toBe(40);
  });

  it('tells other systems by their own rule how it ended, without addresses', async () => {
    const other = await otherSystem(product, { source: ['pregon.campaigns'], 'detail-type': ['CampaignEnded'] });
    const uploaded = async (answer: Response) => ((await answer.json()) as UploadAnswer).batchId;
    const sent = await uploaded(await product.upload(csv(3, 'told')));
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const stopped = await uploaded(await product.upload(csv(2, 'untold'), { sendAt, campaignId: 'later' }));
    await product.call('POST', `/campaigns/${stopped}/stop`);
    const told = await other.told((events) =>
      [sent, stopped].every((batchId) => events.some(({ detail }) => detail.batchId === batchId)),
    );
    other.close();
    const endOf = (batchId: string) =>
      campaignEndedSchema.parse(told.find(({ detail }) => detail.batchId === batchId)?.detail);

    expect(endOf(sent)).toMatchObject({
      id: `${sent}#0`,
      campaignId: null,
      status: 'SUCCEEDED',
      reason: null,
      counts: { PENDING: 0, QUEUED: 0, SENT: 3, ERROR: 0 },
    });
    expect(endOf(stopped)).toMatchObject({
      campaignId: 'later',
      status: 'ABORTED',
      reason: 'Stopped: by an operator',
      counts: { PENDING: 2, QUEUED: 0, SENT: 0, ERROR: 0 },
      startedAt: null,
    });
    expect(JSON.stringify(told)).not.toContain('@example.com');
  });

  it('in UTF-16 with semicolons arrives unchanged', async () => {
    const text = 'email;subject;content\nñandu@example.com;Año nuevo;"Línea 1\r\nC:\\dir\\x ""y"" €"\n'.replace(
      'ñandu',
      'nandu',
    );
    const response = await product.upload(new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le')));
    const { batchId } = (await response.json()) as UploadAnswer;

    await product.ended(batchId);

    expect(await product.mailbox(batchId)).toMatchObject([
      { to: 'nandu@example.com', subject: 'Año nuevo', text: expect.stringContaining('Línea 1\r\nC:\\dir\\x "y" €\n') },
    ]);
  });

  it('is listed by GraphQL, page by page, and verbatim as the requirements ask for it', async () => {
    const { batchId } = (await (await product.upload(csv(30, 'listed'))).json()) as UploadAnswer;
    await product.ended(batchId);

    const emails: string[] = [];
    let after: string | null = null;
    do {
      const query = `query ($batchId: ID!, $after: String) {
        listEmailStatus(status: [SENT, ERROR], batchId: $batchId, limit: 12, after: $after) { email status cursor } }`;
      const page: { listEmailStatus: { email: string; cursor: string }[] } = await product.graphql(query, {
        batchId,
        after,
      });
      emails.push(...page.listEmailStatus.map(({ email }) => email));
      after = page.listEmailStatus.at(-1)?.cursor ?? null;
    } while (after);
    const verbatim = await product.graphql<{ emailSends: { status: string }[] }>(`query MyQuery {
      emailSends(status: "SENT") { sendId batchId email subject status createdAt } }`);

    expect(new Set(emails).size).toBe(30);
    expect(emails).toHaveLength(30);
    expect(verbatim.emailSends.every(({ status }) => status === 'SENT')).toBe(true);
  });

  it('is shown by npm run status, to scripts too', async () => {
    const { campaigns } = (await (await product.call('GET', '/campaigns')).json()) as { campaigns: UploadAnswer[] };
    const batchId = String(campaigns[0]?.batchId);
    const [plain, json] = [
      new Command('status', [batchId, '--data', dataDir]),
      new Command('status', [batchId, '--data', dataDir, '--json']),
    ];

    expect(await Promise.all([plain.ended(), json.ended()])).toEqual([0, 0]);
    expect(plain.output).toContain('SUCCEEDED');
    expect(JSON.parse(json.output)).toMatchObject({ batchId, status: 'SUCCEEDED' });
  });

  it('with nothing left to do is not redriven, and npm run redrive says why', async () => {
    const { campaigns } = (await (await product.call('GET', '/campaigns')).json()) as { campaigns: UploadAnswer[] };
    const redrive = new Command('redrive', [String(campaigns[0]?.batchId), '--data', dataDir]);

    expect(await redrive.ended()).toBe(1);
    expect(redrive.output).toMatch(/\w/);
  });
});

it('npm run destroy empties the bucket of the stage, and no other', async () => {
  const s3 = new S3Client({ ...awsOf(product), forcePathStyle: true });
  const { bucket: Bucket } = product.outputs;
  const other = { Bucket: 'pregon-dev-campaigns-of-somebody' };
  await s3.send(new CreateBucketCommand(other));
  await s3.send(new PutObjectCommand({ ...other, Key: 'kept', Body: 'kept' }));
  const keys = async (bucket: { Bucket: string }) =>
    (await s3.send(new ListObjectsV2Command(bucket))).Contents?.map(({ Key }) => String(Key)) ?? [];
  const before = await keys({ Bucket });

  expect(before.some((key) => /^campaigns\/\w+\/[\w-]+\/rows\.csv$/.test(key))).toBe(true);
  expect(before.some((key) => key.startsWith('results/campaigns/'))).toBe(true);
  expect(await emptyBuckets(s3, STAGES.dev as Stage)).toBeGreaterThanOrEqual(before.length);
  expect(await keys({ Bucket })).toEqual([]);
  expect(await keys(other)).toEqual(['kept']);
  s3.destroy();
});
