import { parse } from 'csv-parse/sync';
import type { LedgerRow } from '../../../core/ledger/send.ts';
import { createReports } from '../../../functions/campaigns/reports.ts';
import { openFakeS3 } from '../campaigns/fake-s3.ts';
import { campaignRecord } from '../campaigns/record.ts';

describe('the reports of a campaign', () => {
  let s3: Awaited<ReturnType<typeof openFakeS3>>;
  beforeEach(async () => {
    s3 = await openFakeS3();
  });
  afterEach(() => s3.close());

  const row = (rowNumber: number, override: Partial<LedgerRow> = {}): LedgerRow => ({
    sendId: `b1-${rowNumber}`,
    batchId: 'b1',
    rowNumber,
    email: `r${rowNumber}@example.com`,
    subject: 'Olé, "all"',
    status: 'SENT',
    channel: 'campaign',
    attempts: 1,
    provider: 'ses',
    messageId: `m${rowNumber}`,
    createdAt: '2026-11-22T10:00:00.000Z',
    updatedAt: '2026-11-22T10:00:01.000Z',
    ...override,
  });
  const reports = (rows: LedgerRow[], maxInlineBytes?: number) =>
    createReports({
      s3: s3.client,
      bucket: 'campaigns',
      ledger: {
        async *rowsOfBatch() {
          yield* rows;
        },
      },
      ...(maxInlineBytes === undefined ? {} : { maxInlineBytes }),
    });

  it('list every recipient with its state', async () => {
    const error = { code: 'MessageRejected', class: 'recipient', message: 'No such user', retryable: false } as const;
    const answer = await reports([row(1), row(2, { status: 'ERROR', error })]).sends(campaignRecord());

    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="sends-b1.csv"',
    });
    expect(parse(String(answer.body), { columns: true, bom: true })).toMatchObject([
      { row: '1', email: 'r1@example.com', subject: 'Olé, "all"', status: 'SENT', messageId: 'm1', errorCode: '' },
      { row: '2', status: 'ERROR', errorCode: 'MessageRejected', errorMessage: 'No such user' },
    ]);
  });

  it('return the skipped rows that the upload wrote', async () => {
    s3.objects.set('campaigns/b1/u1/skipped.csv', Buffer.from('"row","email","reason","code"\n'));

    expect(await reports([]).skipped(campaignRecord())).toMatchObject({
      statusCode: 200,
      body: '"row","email","reason","code"\n',
    });
  });

  it('are a link to S3 when they are too large for an answer', async () => {
    const rows = Array.from({ length: 500 }, (_, n) => row(n + 1));
    s3.objects.set('campaigns/b1/u1/skipped.csv', Buffer.from('x'.repeat(5_000)));

    const sends = await reports(rows, 2_000).sends(campaignRecord());
    const skipped = await reports(rows, 2_000).skipped(campaignRecord());

    expect(sends.statusCode).toBe(302);
    expect(skipped.statusCode).toBe(302);
    const linked = await (await fetch(String(sends.headers?.location))).text();
    expect(parse(linked, { columns: true, bom: true })).toHaveLength(500);
    expect(skipped.headers?.location).toContain('skipped.csv');
  });

  it('fail when the ledger cannot be read completely', async () => {
    const broken = createReports({
      s3: s3.client,
      bucket: 'campaigns',
      ledger: {
        async *rowsOfBatch() {
          yield row(1);
          throw new Error('the table is gone');
        },
      },
    });

    await expect(broken.sends(campaignRecord())).rejects.toThrow('the table is gone');
  });
});
