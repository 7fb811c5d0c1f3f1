import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { UploadLinkAnswer, UploadStateAnswer } from '../../../api/uploads.ts';
import { eventually, Product, tempDataDir } from '../support/product.ts';
import { awsOf, expectOnceEach, faults } from './support.ts';

const RATE = ['--rate', '500'];
const dataDir = tempDataDir();
let product: Product;

beforeAll(async () => {
  product = await Product.up(dataDir, RATE);
});

afterEach(() => faults(product, {}));

afterAll(async () => {
  await product.command.stop();
});

async function killAndRestart(): Promise<void> {
  await product.command.kill9();
  // A restart clears the faults.
  product = await Product.up(dataDir, RATE);
}

const fileOf = (rows: number, of: string, subject = 'News') =>
  Buffer.from(
    `email,subject,content\n${Array.from({ length: rows }, (_, n) => `${of}-${n}@simulator.pregon.test,${subject},Hello\n`).join('')}`,
  );
const batchIdOf = (file: Buffer) => createHash('sha256').update(file).digest('hex');

async function create(file: Buffer): Promise<UploadLinkAnswer> {
  const body = JSON.stringify({ size: file.length, fileName: 'big.csv' });
  const answer = await product.call('POST', '/uploads', { body, headers: { 'content-type': 'application/json' } });
  return (await answer.json()) as UploadLinkAnswer;
}

async function put(file: Buffer): Promise<string> {
  const { uploadId, url, method, headers } = await create(file);
  expect((await fetch(url, { method, headers, body: new Uint8Array(file) })).status).toBe(200);
  return uploadId;
}

const state = async (uploadId: string) =>
  (await (await product.call('GET', `/uploads/${uploadId}`)).json()) as UploadStateAnswer;

async function done(uploadId: string): Promise<UploadStateAnswer> {
  let latest = await state(uploadId);
  await eventually(async () => {
    latest = await state(uploadId);
    return latest.status === 'DONE' || latest.status === 'FAILED';
  });
  return latest;
}

/** The one campaign of a file has ended, and each of its rows was sent once. */
async function expectSentOnce(file: Buffer, rows: number): Promise<void> {
  const batchId = batchIdOf(file);
  expect(await product.ended(batchId)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: rows, ERROR: 0 } });
  expectOnceEach(await product.mailbox(batchId), rows);
}

it('a kill while a file is on its way to S3 leaves its upload open, and the same file is sent once', async () => {
  const file = fileOf(60, 'cut');
  const { uploadId, url, headers } = await create(file);
  const sending = request(url, { method: 'PUT', headers: { ...headers, 'content-length': file.length } });
  const broken = once(sending, 'error');
  await new Promise((resolve) => sending.write(file.subarray(0, file.length / 2), resolve));
  await killAndRestart();
  await broken;

  expect(await state(uploadId)).toMatchObject({ status: 'WAITING', rows: 0 });
  expect(await done(await put(file))).toMatchObject({ status: 'DONE', rows: 60 });
  await expectSentOnce(file, 60);
  expect(await state(uploadId)).toMatchObject({ status: 'WAITING' });
});

it.each([
  ['the sweep', false],
  ['the sweep and the same file', true],
])('a kill in the middle of an ingest is healed by %s, and each row is sent once', async (by, isUploadedAgain) => {
  const file = fileOf(1_000, by.replaceAll(' ', '-'));
  // Each look-up of 100 addresses takes this long, so that the kill comes between the first and the last.
  await faults(product, { services: { dynamodb: { latencyMs: 2_000 } } });
  const uploadId = await put(file);
  await eventually(async () => {
    const { status, rows } = await state(uploadId);
    return status === 'INGESTING' && rows > 0;
  });
  await killAndRestart();

  if (isUploadedAgain) expect((await product.upload(new Uint8Array(file))).ok).toBe(true);
  expect(await done(uploadId)).toMatchObject({ status: 'DONE', rows: 1_000, batchId: batchIdOf(file) });
  await expectSentOnce(file, 1_000);
});

it('a kill while a report is written is healed when the report is asked for again', async () => {
  // The rows of a scheduled campaign are in the ledger, and this many are too long for an answer.
  const rows = 3_000;
  const file = fileOf(rows, 'report', 'x'.repeat(990));
  const sendAt = new Date(Date.now() + 24 * 3_600_000).toISOString();
  expect((await product.upload(new Uint8Array(file), { sendAt })).status).toBe(202);
  const batchId = batchIdOf(file);
  await eventually(async () => (await registered(batchId)) === rows, 1_000);
  // The worker has begun long before it has written.
  await faults(product, { services: { s3: { latencyMs: 60_000 } } });
  const ask = () => product.call('GET', `/campaigns/${batchId}/sends.csv`, { redirect: 'manual' });
  expect((await ask()).status).toBe(202);
  await eventually(async () => (await controlItem(`CAMPAIGN#${batchId}`, 'REPORT#sends'))?.workerId !== undefined);
  await killAndRestart();

  let answer = await ask();
  expect(answer.status).toBe(202);
  await eventually(async () => {
    answer = await ask();
    // 503: a service is busy, as after a start.
    return answer.status !== 202 && answer.status !== 503;
  }, 2_000);
  expect(answer.status).toBe(303);
  const report = await (await fetch(answer.headers.get('location') ?? '')).text();
  expect(report.trimEnd().split('\n')).toHaveLength(1 + rows);
});

/** How many rows of a batch are in the ledger. */
async function registered(batchId: string): Promise<number> {
  const client = documentClient();
  const pages = paginateScan(
    { client },
    {
      TableName: product.outputs.sendsTable,
      Select: 'COUNT',
      FilterExpression: 'batchId = :batchId AND begins_with(sk, :state)',
      ExpressionAttributeValues: { ':batchId': batchId, ':state': 'S#' },
    },
  );
  let count = 0;
  for await (const { Count = 0 } of pages) count += Count;
  client.destroy();
  return count;
}

async function controlItem(pk: string, sk: string) {
  const client = documentClient();
  const { Item } = await client.send(new GetCommand({ TableName: 'pregon-dev-control', Key: { pk, sk } }));
  client.destroy();
  return Item;
}

const documentClient = () => DynamoDBDocumentClient.from(new DynamoDBClient(awsOf(product)));
