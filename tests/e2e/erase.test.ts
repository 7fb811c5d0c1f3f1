import { rmSync } from 'node:fs';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { UploadLinkAnswer, UploadStateAnswer } from '../../api/uploads.ts';
import type { Erased } from '../../core/erase/erase.ts';
import { follow, hasEnded, sends } from './fire/support.ts';
import { Command, eventually, Product, tempDataDir } from './support/product.ts';

const ANA = 'ana@example.com';
/** What is stored about her and nobody else. */
const THEIRS = [ANA, 'Anastasia'];
const fileOf = (text: string) => `email,subject,content,name
bob@example.com,News,${text} {{name}},Bob
Ana@Example.com,News for {{name}},${text} {{name}},Anastasia
cy@example.com,News,${text} {{name}},Cyan
`;
const json = { 'content-type': 'application/json' };

describe('npm run erase', () => {
  const dataDir = tempDataDir();
  let product: Product;

  beforeAll(async () => {
    product = await Product.up(dataDir, ['--rate', '50']);
  });
  afterAll(async () => {
    await product.command.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const upload = async (file: string, fields: Record<string, string> = {}) => {
    const response = await product.upload(file, fields);
    return (await response.json()) as { batchId: string; enqueued: number; skipped: number; skippedRows: object[] };
  };

  /** A campaign that waits for its start: none of its rows is in a table. */
  async function hold(file: string): Promise<string> {
    const body = JSON.stringify({ size: file.length, fileName: 'held.csv', hold: true });
    const created = await product.call('POST', '/uploads', { body, headers: json });
    const { url, headers, uploadId } = (await created.json()) as UploadLinkAnswer;
    expect((await fetch(url, { method: 'PUT', headers, body: file })).status).toBe(200);
    let state: UploadStateAnswer | undefined;
    await eventually(async () => {
      state = (await (await product.call('GET', `/uploads/${uploadId}`)).json()) as UploadStateAnswer;
      return state.status === 'DONE';
    });
    return state?.batchId ?? '';
  }

  async function erase(...args: string[]): Promise<Erased> {
    const command = new Command('erase', [...args, '--data', dataDir, '--json']);
    const status = await command.ended();
    if (status !== 0) throw new Error(`It ended with ${status}:\n${command.output}`);
    expect(command.output.toLowerCase()).not.toContain(ANA);
    return JSON.parse(command.output) as Erased;
  }

  /** Items of both tables and objects of the bucket that have one of her words. */
  async function places(): Promise<string[]> {
    const { awsEndpoint: endpoint, region, bucket: Bucket } = product.outputs;
    const config = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    const dynamodb = new DynamoDBClient(config);
    const s3 = new S3Client({ ...config, forcePathStyle: true });
    const found: string[] = [];
    const look = (place: string, text: string) => {
      if (THEIRS.some((word) => text.toLowerCase().includes(word.toLowerCase()))) found.push(place);
    };
    for (const TableName of ['pregon-dev-sends', 'pregon-dev-control']) {
      const { Items = [], LastEvaluatedKey } = await dynamodb.send(new ScanCommand({ TableName }));
      expect(LastEvaluatedKey).toBeUndefined();
      for (const item of Items) look(`${item.pk?.S} ${item.sk?.S}`, JSON.stringify(item));
    }
    const { Contents = [], IsTruncated } = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(IsTruncated).toBe(false);
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      look(Key, (await Body?.transformToString()) ?? '');
    }
    dynamodb.destroy();
    s3.destroy();
    return found;
  }

  it('leaves nothing of an address in tables and files, and unfinished campaigns end with counts that add up', async () => {
    const sent = await upload(fileOf('Dear'));
    await follow(product, sent.batchId, hasEnded);
    const held = await hold(fileOf('Held'));
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const scheduled = await upload(fileOf('Later'), { sendAt: later });
    const mail = {
      from: { email: 'shop@pregon.test' },
      destinations: [{ email: ANA, name: 'Anastasia' }],
      subject: 'Receipt for Anastasia',
      plainContent: 'Thank you, Anastasia',
    };
    await product.call('POST', '/emails/send', { headers: json, body: JSON.stringify(mail) });
    const customer = { email: ANA, name: 'Anastasia' };
    const order = { orderId: 'o1', status: 'received', description: 'Two shirts', customer };
    await product.call('POST', '/orders', { headers: json, body: JSON.stringify(order) });
    // The receipt and the notice of the order, after the mail of the campaign.
    await eventually(async () => (await product.mailbox('')).filter(({ to }) => to.toLowerCase() === ANA).length === 3);
    expect((await places()).length).toBeGreaterThan(10);

    const erased = await erase('ANA@example.com');

    expect(erased).toMatchObject({ rows: 3, campaigns: 3, ended: 2, emails: 2, orders: 1, wasSuppressed: false });
    expect(await places()).toEqual([]);
    // What has left is with its recipient.
    expect((await product.mailbox('')).filter(({ to }) => to.toLowerCase() === ANA)).toHaveLength(3);

    expect((await product.call('POST', `/campaigns/${held}/start`)).status).toBe(202);
    const ended = await follow(product, held, hasEnded);
    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      total: 3,
      enqueued: 3,
      counts: { PENDING: 0, QUEUED: 0, SENT: 2, ERROR: 1 },
      errors: [{ code: 'Erased', count: 1 }],
    });
    expect((await product.mailbox(held)).map(({ to }) => to).sort()).toEqual(['bob@example.com', 'cy@example.com']);
    const shown = async (batchId: string) =>
      (await sends(product, batchId)).map(({ status, error }) => [status, error?.code]);
    expect(await shown(held)).toEqual([
      ['SENT', undefined],
      ['ERROR', 'Erased'],
      ['SENT', undefined],
    ]);
    expect(await shown(scheduled.batchId)).toEqual([
      ['PENDING', undefined],
      ['ERROR', 'Erased'],
      ['PENDING', undefined],
    ]);
    expect(await shown(sent.batchId)).toEqual([
      ['SENT', undefined],
      ['SENT', undefined],
      ['SENT', undefined],
    ]);
    const failed = await product.call('GET', `/campaigns/${held}/failed.csv`);
    expect((await failed.text()).trim().split('\n')).toHaveLength(1);
    expect(await places()).toEqual([]);

    const next = await upload(fileOf('Next'));
    expect(next).toMatchObject({ enqueued: 2, skipped: 1, skippedRows: [{ row: 2 }] });
    await follow(product, next.batchId, hasEnded);
    // The new file brought the address with it.
    expect((await places()).map((place) => place.split('/').at(-1)).sort()).toEqual(['skipped.csv', 'source.csv']);
    expect(await erase(ANA)).toMatchObject({ rows: 0, filesRewritten: 0, wasSuppressed: true });
    expect(await erase(ANA, '--all-campaigns')).toMatchObject({ campaigns: 1, filesRewritten: 2 });
    expect(await places()).toEqual([]);
  });

  it('says how to use it', async () => {
    for (const [args, said] of [
      [[], 'Which address'],
      [['nobody'], 'not a valid email address'],
      [[ANA, '--all'], 'Unknown option'],
    ] as const) {
      const command = new Command('erase', [...args, '--data', dataDir]);
      expect(await command.ended()).toBe(2);
      expect(command.output).toContain(said);
    }
    const unknown = new Command('erase', ['nobody@example.com', '--data', dataDir]);
    expect(await unknown.ended()).toBe(0);
    expect(unknown.output).toContain('Nothing was found about this address.');
    expect(unknown.output).toContain('suppressed');
  });
});
