import { parse } from 'csv-parse/sync';
import { type CampaignRecord, ENDED } from '../../../core/campaigns/campaign.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { makeReport } from '../../../core/reports/make.ts';
import type { Report } from '../../../core/reports/report.ts';
import { createReportStore } from '../../../core/reports/store.ts';
import { campaignSource } from '../../../core/s3-source.ts';
import { createReports } from '../../../functions/campaigns/reports.ts';
import { openFakeS3 } from '../campaigns/fake-s3.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { readAll } from '../csv/support.ts';
import { putRows } from '../ledger/support.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

const createdAt = '2026-11-22T10:00:00.000Z';
const SOURCE = 'campaigns/b1/u1/source.csv';
const errorOf = (code: string, errorClass = 'recipient') => ({
  error: { code, class: errorClass, message: 'No such user', retryable: false },
});
const parsed = (body: unknown, delimiter = ',') => parse(String(body), { columns: true, bom: true, delimiter });

describe('the reports of a campaign', () => {
  let s3: Awaited<ReturnType<typeof openFakeS3>>;
  let table: Awaited<ReturnType<typeof openTable>>;
  let queued: { batchId: string; report: Report }[];
  let record: CampaignRecord;

  beforeEach(async () => {
    s3 = await openFakeS3();
    table = await openTable();
    queued = [];
    record = campaignRecord({ status: 'SUCCEEDED', createdAt });
    await createCampaignStore(table.control).create(record);
  });
  afterEach(() => Promise.all([s3.close(), table.close()]));

  const put = (rows: Parameters<typeof putRows>[1]) =>
    putRows(
      table.sends,
      rows.map((row) => ({ createdAt, status: 'SENT', ...row })),
    );
  const deps = () => ({
    s3: s3.client,
    bucket: 'campaigns',
    sends: table.sends,
    ledger: createLedger(table),
    source: campaignSource({ s3: s3.client, bucket: 'campaigns', clock: table.clock }),
    reports: createReportStore(table.control),
    clock: table.clock,
  });
  const reports = (maxInlineBytes?: number) =>
    createReports({
      ...deps(),
      queue: { sendReport: async (batchId, report) => void queued.push({ batchId, report }) },
      ...(maxInlineBytes === undefined ? {} : { maxInlineBytes }),
    });
  let workers = 0;
  const work = async () => {
    const store = createCampaignStore(table.control);
    const { batchId = '', report = { kind: 'sends' } as const } = queued[0] ?? {};
    await makeReport(
      { ...deps(), store, newWorkerId: () => `worker-${++workers}`, telemetry: silent },
      batchId,
      report,
    );
  };
  const linked = async (location: unknown) => (await fetch(String(location))).text();

  it('list every recipient with its state, or those in some statuses', async () => {
    await put([{ rowNumber: 1 }, { rowNumber: 2, status: 'ERROR', ...errorOf('MessageRejected') }]);
    const answer = await reports().made(record, { kind: 'sends' });

    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="sends-b1.csv"',
    });
    expect(parsed(answer.body)).toMatchObject([
      { row: '1', email: 'row1@example.com', subject: 'Subject 1', status: 'SENT', errorCode: '' },
      { row: '2', status: 'ERROR', errorCode: 'MessageRejected', errorMessage: 'No such user' },
    ]);
    const failed = await reports().made(record, { kind: 'sends', statuses: ['ERROR', 'QUEUED'] });
    expect(parsed(failed.body)).toMatchObject([{ row: '2' }]);
  });

  it('return the skipped rows that the upload wrote', async () => {
    s3.objects.set('campaigns/b1/u1/skipped.csv', Buffer.from('"row","email","reason","code"\n'));

    expect(await reports().skipped(record)).toMatchObject({
      statusCode: 200,
      body: '"row","email","reason","code"\n',
    });
    s3.objects.set('campaigns/b1/u1/skipped.csv', Buffer.from('x'.repeat(5_000)));
    expect(await reports(2_000).skipped(record)).toMatchObject({
      statusCode: 303,
      headers: { location: expect.stringContaining('skipped.csv') },
    });
  });

  it('have the rows that failed as they stand in the file, and neither suppressed nor unconfirmed ones', async () => {
    const file =
      'sep=;\r\nName;email;subject;content\r\n' +
      'Ana;a@x.test;Hi;"{{name}};\nyes"\r\n;;;\r\nBob;b@x.test;Hi;two\r\nCid;c@x.test;Hi;=1+1\r\nDan;d@x.test;Hi;four\r\nEve;e@x.test;Hi;five\r\n';
    s3.objects.set(SOURCE, Buffer.from(file));
    await put([
      { rowNumber: 1, status: 'ERROR', ...errorOf('MessageRejected') },
      { rowNumber: 2 },
      { rowNumber: 3, status: 'ERROR', ...errorOf('ProviderUnavailable') },
      { rowNumber: 4, status: 'ERROR', ...errorOf('Suppressed') },
      { rowNumber: 5, status: 'ERROR', ...errorOf('DeliveryUnconfirmed', 'unconfirmed') },
    ]);
    const { body } = await reports().made(record, { kind: 'failed' });

    expect(parsed(body, ';')).toEqual([
      {
        Name: 'Ana',
        email: 'a@x.test',
        subject: 'Hi',
        content: '{{name}};\nyes',
        reason: 'MessageRejected: No such user',
      },
      { Name: 'Cid', email: 'c@x.test', subject: 'Hi', content: "'=1+1", reason: 'ProviderUnavailable: No such user' },
    ]);
  });

  it.each(ENDED)('have the rows that were left over in a campaign that is %s', async (status) => {
    const before = 'ProviderUnavailable: No answer';
    const file = `email,subject,content,reason\na@x.test,Hi,one,${before}\nb@x.test,Hi,two,${before}\n`;
    s3.objects.set(SOURCE, Buffer.from(file));
    await put([{ rowNumber: 1 }, { rowNumber: 2, status: 'PENDING' }]);
    const { body } = await reports().made({ ...record, status }, { kind: 'failed' });
    expect(parsed(body)).toEqual([
      { email: 'b@x.test', subject: 'Hi', content: 'two', reason: expect.stringContaining('NotSent') },
    ]);
  });

  it('have every row to send of a campaign that was stopped before all were in the ledger', async () => {
    s3.objects.set(SOURCE, Buffer.from('email,subject,content\na@x.test,Hi,one\nnobody,Hi,two\nc@x.test,Hi,three\n'));
    s3.objects.set('campaigns/b1/u1/send.csv', Buffer.from('"row","pk"\n"1","b1#1"\n"3","b1#3"\n'));
    await put([{ rowNumber: 1, status: 'PENDING' }]);
    const { body } = await reports().made({ ...record, status: 'ABORTED', rowsPerChild: 1 }, { kind: 'failed' });
    expect(parsed(body)).toMatchObject([
      { email: 'a@x.test', reason: expect.stringContaining('NotSent') },
      { email: 'c@x.test', content: 'three', reason: expect.stringContaining('NotSent') },
    ]);
  });

  it('bring the same rows when the failed ones are uploaded again, formulas and a reason of their own included', async () => {
    const rows = ['=1+1 {{-x}}', "'=1+1", "''@a", '-5 € {{reason}}', '+1', '@all', "'quoted'", '＝1', 'plain'];
    const file = `email,subject,content,-x,reason\n${rows.map((cell, n) => `u${n}@x.test,${cell},${cell},"=y ${n}",because ${n}\n`).join('')}`;
    s3.objects.set(SOURCE, Buffer.from(file));
    await put(rows.map((_, n) => ({ rowNumber: n + 1, status: 'ERROR' as const, ...errorOf('MessageRejected') })));
    const sent = (await readAll(file)).rows;

    // Twice: the report of a report is one too.
    for (let time = 0; time < 2; time += 1) {
      const { body } = await reports().made(record, { kind: 'failed' });
      expect(parsed(body)[0]).toMatchObject({
        content: "'=1+1 {{-x}}",
        reason: 'because 0',
        not_sent_reason: 'MessageRejected: No such user',
      });
      expect((await readAll(String(body))).rows).toEqual(sent);
      s3.objects.set(SOURCE, Buffer.from(String(body)));
    }
  });

  it('are made by a worker when they are too long for an answer, and are a link then', async () => {
    const many = Array.from({ length: 500 }, (_, n) => ({ rowNumber: n + 1 }));
    await put(many);
    const ask = () => reports(2_000).made(record, { kind: 'sends' });

    expect(await ask()).toMatchObject({ statusCode: 202, headers: { 'retry-after': '5' } });
    expect((await ask()).statusCode).toBe(202);
    expect(queued).toEqual([{ batchId: 'b1', report: { kind: 'sends' } }]);
    await work();
    const answer = await ask();
    expect(answer.statusCode).toBe(303);
    expect((parsed(await linked(answer.headers?.location)) as { row: string }[]).map(({ row }) => Number(row))).toEqual(
      many.map(({ rowNumber }) => rowNumber),
    );
    // The message was delivered twice.
    const objects = s3.objects.size;
    s3.refuse(() => true);
    await work();
    s3.refuse(() => false);
    expect([s3.objects.size, (await ask()).statusCode]).toEqual([objects, 303]);

    await table.clock.sleep(5 * 60_000);
    expect((await ask()).statusCode).toBe(202);
    expect(queued).toHaveLength(2);
  });

  it('are left to the worker when the table is too busy to be read in a request', async () => {
    const busy = Object.assign(new Error('a request has exceeded the configured 5000 ms'), { name: 'TimeoutError' });
    const { made } = createReports({
      ...deps(),
      ledger: {
        // biome-ignore lint/correctness/useYield: it fails before its first row.
        async *rowsOfBatch() {
          throw busy;
        },
      },
      queue: { sendReport: async (batchId, report) => void queued.push({ batchId, report }) },
    });

    expect(await made(record, { kind: 'sends' })).toMatchObject({ statusCode: 202 });
    expect(queued).toEqual([{ batchId: 'b1', report: { kind: 'sends' } }]);
  });

  it('of a campaign with many rows are not tried in a request, those in some statuses are', async () => {
    await put([{ rowNumber: 1, status: 'ERROR', ...errorOf('MessageRejected') }]);
    const large = { ...record, enqueued: 200_000 };

    expect(await reports().made(large, { kind: 'sends' })).toMatchObject({ statusCode: 202 });
    expect(queued).toHaveLength(1);
    expect(await reports().made(large, { kind: 'sends', statuses: ['ERROR'] })).toMatchObject({ statusCode: 200 });
  });

  it('are asked for again after their worker died, or failed', async () => {
    await put(Array.from({ length: 100 }, (_, n) => ({ rowNumber: n + 1 })));
    const ask = () => reports(2_000).made(record, { kind: 'sends' });
    await ask();
    await createReportStore(table.control).begin('b1', 'sends', 'dead');
    await table.clock.sleep(59_000);
    await ask();
    expect(queued).toHaveLength(1);
    await table.clock.sleep(2_000);
    await ask();
    expect(queued).toHaveLength(2);

    s3.refuse((method) => method === 'PUT');
    await expect(work()).rejects.toThrow();
    s3.refuse(() => false);
    await ask();
    expect(queued).toHaveLength(3);
    await work();
    expect((await ask()).statusCode).toBe(303);
  });

  it('fail when the ledger cannot be read completely', async () => {
    const broken = createReports({
      ...deps(),
      queue: { sendReport: async () => undefined },
      ledger: {
        // biome-ignore lint/correctness/useYield: it fails before its first row.
        async *rowsOfBatch() {
          throw new Error('the table is gone');
        },
      },
    });

    await expect(broken.made(record, { kind: 'sends' })).rejects.toThrow('the table is gone');
  });
});
