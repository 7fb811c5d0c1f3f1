import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { UploadLinkAnswer, UploadStateAnswer } from '../../api/uploads.ts';
import { ProductClient } from '../../cli/client.ts';
import { Screen } from '../../cli/screen.ts';
import { sendCampaign } from '../../cli/send-campaign.ts';
import { eventually, Product, tempDataDir } from './support/product.ts';

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** A file of this many rows to send, and a last one that is skipped. */
const fileOf = (rows: number, of = 'big') =>
  Buffer.from(
    `email,subject,content\n${Array.from({ length: rows }, (_, n) => `${of}-${n}@simulator.pregon.test,News ${n},Hello\n`).join('')}bad,x,y\n`,
  );

describe('a file that its client sends to S3', () => {
  const dataDir = tempDataDir();
  let product: Product;

  beforeAll(async () => {
    product = await Product.up(dataDir, ['--rate', '500']);
  });
  afterAll(async () => {
    await product.command.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function create(file: Buffer, more: object = {}): Promise<UploadLinkAnswer> {
    const body = JSON.stringify({ size: file.length, fileName: 'big.csv', ...more });
    const answer = await product.call('POST', '/uploads', { body, headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(201);
    return (await answer.json()) as UploadLinkAnswer;
  }
  const put = async ({ url, method, headers }: UploadLinkAnswer, body: Buffer) =>
    (await fetch(url, { method, headers, body: new Uint8Array(body) })).status;
  const state = async ({ uploadId }: UploadLinkAnswer) =>
    (await (await product.call('GET', `/uploads/${uploadId}`)).json()) as UploadStateAnswer;
  async function ended(link: UploadLinkAnswer): Promise<UploadStateAnswer> {
    let latest = await state(link);
    await eventually(async () => {
      latest = await state(link);
      return latest.status === 'DONE' || latest.status === 'FAILED';
    });
    return latest;
  }

  it('becomes the campaign that the form makes of it, and is sent once', async () => {
    const file = fileOf(120);
    const link = await create(file, { sha256: sha256(file).toUpperCase() });
    expect(await state(link)).toMatchObject({ status: 'WAITING', rows: 0 });
    expect(await put(link, file)).toBe(200);

    expect(await ended(link)).toEqual({
      uploadId: link.uploadId,
      status: 'DONE',
      rows: 121,
      progress: 1,
      batchId: sha256(file),
    });
    const campaign = await product.ended(sha256(file));
    expect(campaign).toMatchObject({ status: 'SUCCEEDED', total: 121, enqueued: 120, skipped: 1 });
    expect(await product.mailbox(sha256(file))).toHaveLength(120);

    const form = await product.upload(new Uint8Array(file));
    expect([form.status, await form.json()]).toEqual([
      200,
      expect.objectContaining({ batchId: sha256(file), duplicate: true }),
    ]);
    const again = await create(file);
    expect(await put(again, file)).toBe(200);
    expect(await ended(again)).toMatchObject({ status: 'DONE', batchId: sha256(file), duplicate: true });
    const resaved = Buffer.from(file.toString().replaceAll('\n', '\r\n'));
    const other = await create(resaved);
    expect(await put(other, resaved)).toBe(200);
    expect(await ended(other)).toMatchObject({ status: 'DONE', batchId: sha256(file), duplicate: true });
    expect(await product.mailbox('')).toHaveLength(120);
  });

  it('is taken only with the size and the checksum that were signed', async () => {
    const file = fileOf(3, 'signed');
    const link = await create(file, { sha256: sha256(file) });
    expect(await put(link, Buffer.concat([file, Buffer.from('\n')]))).toBe(403);
    expect(await put(link, Buffer.from(file).fill('x', 30, 31))).toBe(400);
    await cutShort(link, file);
    expect(await state(link)).toMatchObject({ status: 'WAITING' });
    expect(await put(link, file)).toBe(200);
    expect(await ended(link)).toMatchObject({ status: 'DONE' });
  });

  /** A request whose connection breaks after half of its body. */
  const cutShort = ({ url, headers }: UploadLinkAnswer, file: Buffer) =>
    new Promise<void>((resolve) => {
      const sending = request(url, { method: 'PUT', headers: { ...headers, 'content-length': file.length } });
      sending.on('error', () => resolve());
      sending.write(file.subarray(0, file.length / 2), () => sending.destroy());
      sending.on('close', () => resolve());
    });

  it('is held until it is started', async () => {
    const file = fileOf(20, 'held');
    const link = await create(file, { hold: true, campaignId: 'held' });
    expect(await put(link, file)).toBe(200);
    const { batchId = '' } = await ended(link);
    expect(await product.campaign(batchId)).toMatchObject({
      status: 'READY',
      enqueued: 20,
      counts: { PENDING: 20, QUEUED: 0, SENT: 0, ERROR: 0 },
    });
    expect((await product.call('POST', `/campaigns/${batchId}/stop`)).status).toBe(409);

    const started = await product.call('POST', `/campaigns/${batchId}/start`);
    expect([started.status, await started.json()]).toEqual([202, expect.objectContaining({ status: 'RUNNING' })]);
    expect(await product.ended(batchId)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 20 } });
    expect((await product.call('POST', `/campaigns/${batchId}/start`)).status).toBe(409);
    expect(await product.mailbox(batchId)).toHaveLength(20);
  });

  it('is chosen by the command line for a file of more than 4 MB, with its progress', async () => {
    const path = join(dataDir, 'larger.csv');
    const content = 'x'.repeat(60_000);
    const rows = Array.from({ length: 80 }, (_, n) => `larger-${n}@simulator.pregon.test,News,${content}\n`);
    writeFileSync(path, `email,subject,content\n${rows.join('')}bad,x,y\n`);
    const send = async () => {
      let text = '';
      const screen = new Screen({ isTTY: true, columns: 100, write: (more: string) => (text += more) });
      const client = new ProductClient(product.outputs.apiUrl, product.outputs.apiKey);
      const { signal } = new AbortController();
      return [await sendCampaign({ client, file: path, options: {}, screen, signal }), text];
    };
    expect(await send()).toEqual([
      true,
      expect.stringMatching(/of 4\.6 MB sent.*100 % {2}81 rows read.*80 of 81 rows to send/s),
    ]);
    expect(await send()).toEqual([true, expect.stringContaining('was sent before')]);
  });

  it('ends FAILED with the reason and the line when it cannot be read', async () => {
    const file = Buffer.from('email,subject,content\na@b.test,x,y\nc@d.test,"x,y\n');
    const link = await create(file);
    expect(await put(link, file)).toBe(200);
    expect(await ended(link)).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('line 3'), line: 3 });
  });
});
