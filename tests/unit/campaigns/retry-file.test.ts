import { createRetryFile } from '../../../core/campaigns/retry-file.ts';
import { stateKey, statusKeyOf } from '../../../core/ledger/keys.ts';
import { readAsStatesDoes } from '../csv/states-reader.ts';
import { openFakeS3 } from './fake-s3.ts';

const BATCH = { batchId: 'b'.repeat(64), createdAt: '2026-11-22T10:00:00.000Z' };

describe('a retry file', () => {
  let s3: Awaited<ReturnType<typeof openFakeS3>>;
  beforeEach(async () => {
    s3 = await openFakeS3();
  });
  afterEach(() => s3.close());

  it('has the rows with their keys, and comes back as row numbers', async () => {
    const file = createRetryFile(s3.client, 'campaigns');
    expect(await file.read('retry/1.csv')).toBeUndefined();
    expect(await file.write('retry/1.csv', BATCH, [2, 17])).toEqual([2, 17]);
    expect(await file.read('retry/1.csv')).toEqual([2, 17]);
    expect(readAsStatesDoes(String(s3.objects.get('retry/1.csv')))).toEqual(
      [2, 17].map((rowNumber) => ({
        row: String(rowNumber),
        ...stateKey(BATCH.batchId, rowNumber),
        queuedKey: statusKeyOf({ ...BATCH, rowNumber }, 'QUEUED'),
        errorKey: statusKeyOf({ ...BATCH, rowNumber }, 'ERROR'),
      })),
    );
  });

  it('stays as it was written first', async () => {
    const file = createRetryFile(s3.client, 'campaigns');
    await file.write('retry/1.csv', BATCH, [2]);
    expect(await file.write('retry/1.csv', BATCH, [3])).toEqual([2]);
    expect(await file.read('retry/1.csv')).toEqual([2]);
  });

  it('may be larger than one part of an upload', async () => {
    const file = createRetryFile(s3.client, 'campaigns');
    const rows = Array.from({ length: 50_000 }, (_, n) => n + 1);
    await file.write('retry/1.csv', BATCH, rows);
    expect(s3.objects.get('retry/1.csv')?.length).toBeGreaterThan(5 * 1024 * 1024);
    expect(await file.read('retry/1.csv')).toEqual(rows);
  });
});
