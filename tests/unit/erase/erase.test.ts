import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { parse } from 'csv-parse/sync';
import { contentKey } from '../../../core/ledger/keys.ts';
import type { SendStatus } from '../../../core/ledger/send.ts';
import { errorOf } from '../../../core/ledger/transitions.ts';
import { readAsStatesDoes } from '../csv/states-reader.ts';
import { setRow } from './row-state.ts';
import { ANA, FILE, openErasure } from './support.ts';

/** What only the row of the address has. */
const THEIRS = [ANA, 'Anastasia'];

let stack: Awaited<ReturnType<typeof openErasure>>;
beforeEach(async () => {
  stack = await openErasure();
});
afterEach(() => stack.close());

const set = (batchId: string, rowNumber: number, status: SendStatus, more?: Record<string, unknown>) =>
  setRow(stack.table.sends, { batchId, rowNumber }, status, more);

async function contentOf(batchId: string, rowNumber: number): Promise<unknown> {
  const { tableName, client } = stack.table.sends;
  const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: contentKey(batchId, rowNumber) }));
  return Item?.content;
}

/** A campaign that has ended, every row SENT. */
async function sent(file = FILE, rows = [1, 2, 3]) {
  const campaign = await stack.upload(file);
  await stack.register(campaign.files);
  for (const row of rows)
    await set(campaign.batchId, row, 'SENT', { provider: 'ses', messageId: `m${row}`, attempts: 1 });
  await stack.store.update(campaign.batchId, {
    set: { status: 'SUCCEEDED', finalCounts: { PENDING: 0, QUEUED: 0, SENT: 3, ERROR: 0, unconfirmed: 0 } },
  });
  return campaign;
}

describe('erasing an address', () => {
  it('leaves nothing of it in a campaign that has ended, and the others as they were', async () => {
    const { batchId, files } = await sent();
    const before = readAsStatesDoes(stack.object(`${files}/rows.csv`));

    const erased = await stack.erase(' ANA@EXAMPLE.COM ');

    expect(erased).toMatchObject({ rows: 1, campaigns: 1, ended: 0, filesRewritten: 2, wasSuppressed: false });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    expect(await stack.row(batchId, 2)).toMatchObject({
      status: 'SENT',
      email: 'erased',
      subject: '',
      messageId: 'm2',
    });
    expect([await contentOf(batchId, 1), await contentOf(batchId, 2)]).toEqual(['Dear Bob', '']);
    expect(await stack.row(batchId, 1)).toMatchObject({ status: 'SENT', email: 'bob@example.com', subject: 'Hi Bob' });
    const after = readAsStatesDoes(stack.object(`${files}/rows.csv`));
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(parse(stack.object(`${files}/source.csv`), { bom: true })[2]).toEqual(['erased', '', '', '']);
    expect(await stack.store.get(batchId)).toMatchObject({
      status: 'SUCCEEDED',
      subject: 'Hi Bob',
      finalCounts: { SENT: 3, ERROR: 0 },
    });
  });

  it('keeps a hash, by which later uploads skip it', async () => {
    await sent();
    await stack.erase();

    const { skippedRows, record } = await stack.upload(FILE.replaceAll('Dear', 'Hello'));

    expect(record).toMatchObject({ enqueued: 2, skipped: 1 });
    expect(skippedRows).toMatchObject([{ row: 2, code: 'suppressed', reason: expect.stringContaining('manual') }]);
  });

  it('says of an address that is unknown that nothing is stored, and suppresses it', async () => {
    expect(await stack.erase('nobody@example.com')).toMatchObject({
      rows: 0,
      campaigns: 0,
      emails: 0,
      filesRewritten: 0,
    });
    expect((await stack.suppressions.reasonsOf(['Nobody@example.com'])).size).toBe(1);
    expect(await stack.placesOf('nobody@')).toEqual([]);
  });

  it('finds the address however its domain is written', async () => {
    const { batchId, files } = await stack.upload(FILE.replace('Ana@Example.com', 'Ana@Bücher.example'));
    await stack.register(files);

    await stack.erase('ana@xn--bcher-kva.example');

    expect(await stack.row(batchId, 2)).toMatchObject({ status: 'ERROR', email: 'erased' });
    expect(await stack.placesOf('bücher', 'xn--bcher')).toEqual([]);
  });

  it('finds every row, also beyond a page of the index, and changes those of no other address', async () => {
    const { client } = stack.table;
    const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
    client.send = ((command: unknown) => {
      if (command instanceof QueryCommand) command.input.Limit = 2;
      return send(command);
    }) as typeof client.send;
    const batches: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { batchId, files } = await stack.upload(FILE.replaceAll('Dear', `Dear ${n}`));
      await stack.register(files);
      batches.push(batchId);
    }

    expect(await stack.erase()).toMatchObject({ rows: 5, campaigns: 5, ended: 5 });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    for (const batchId of batches) expect(await stack.row(batchId, 3)).toMatchObject({ email: 'cy@example.com' });
  });

  it('takes what servers said from a row that failed for good, and keeps why', async () => {
    const { batchId, files } = await stack.upload();
    await stack.register(files);
    await set(batchId, 2, 'ERROR', {
      error: errorOf('MessageRejected', `No such user: ${ANA}`),
      bouncedAt: '2026-11-22T10:00:00.000Z',
      bouncedWhy: `550 <${ANA}>`,
    });

    await stack.erase();

    expect(await stack.row(batchId, 2)).toMatchObject({
      status: 'ERROR',
      error: { code: 'MessageRejected', message: 'The reason was erased together with the address.' },
      feedback: { kind: 'bounced', at: '2026-11-22T10:00:00.000Z' },
    });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });

  it('takes it from the record of its campaign', async () => {
    const { batchId, files } = await stack.upload(FILE.split('\n').toSpliced(1, 1).join('\n'));
    await stack.register(files);
    await stack.store.update(batchId, {
      set: {
        reason: `SenderNotVerified: the identity ${ANA} is not verified`,
        accountError: { code: 'SenderNotVerified', message: `${ANA} is not verified`, at: 1 },
      },
    });

    await stack.erase();

    expect(await stack.store.get(batchId)).toMatchObject({
      subject: 'Hi Cyan',
      reason: 'SenderNotVerified: the identity erased is not verified',
      accountError: { message: 'erased is not verified' },
    });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });

  it('reads the files of campaigns in which the address was only skipped when asked to', async () => {
    await stack.suppressions.add(ANA, { reason: 'unsubscribed' });
    const { files, batchId } = await sent(FILE, [1, 3]);
    const { wasSuppressed, filesRewritten } = await stack.erase();
    expect([wasSuppressed, filesRewritten]).toEqual([true, 0]);
    expect((await stack.placesOf(ANA)).sort()).toEqual([`${files}/skipped.csv`, `${files}/source.csv`]);

    expect(await stack.erase(ANA, {}, { allCampaigns: true })).toMatchObject({ campaigns: 1, filesRewritten: 2 });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    expect(parse(stack.object(`${files}/skipped.csv`), { bom: true, columns: true })).toMatchObject([
      { row: '2', email: 'erased', code: 'suppressed' },
    ]);
    expect(await stack.store.get(batchId)).toMatchObject({ total: 3, skipped: 1 });
  });

  it('deletes the earlier versions of the files where the bucket keeps them', async () => {
    const { files } = await sent();
    stack.s3.keepVersions([
      { key: `${files}/rows.csv`, id: 'v1' },
      { key: `${files}/source.csv`, id: 'v1' },
      { key: `${files}/send.csv`, id: 'v1' },
    ]);

    await stack.erase();

    expect(stack.s3.oldVersions()).toEqual([{ key: `${files}/send.csv`, id: 'v1' }]);
    expect(stack.s3.objects.has(`${files}/rows.csv`)).toBe(true);
  });

  it('of two addresses at once loses neither', async () => {
    const { files, batchId } = await sent();

    await Promise.all([stack.erase(ANA), stack.erase('bob@example.com'), stack.erase('cy@example.com')]);

    expect(await stack.placesOf('@example.com')).toEqual([]);
    expect(parse(stack.object(`${files}/source.csv`), { bom: true })).toHaveLength(4);
    expect((await stack.store.get(batchId))?.subject).toBeUndefined();
  });
});
