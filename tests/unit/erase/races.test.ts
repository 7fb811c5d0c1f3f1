import { text } from 'node:stream/consumers';
import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';
import { createCampaignObjects } from '../../../core/campaigns/ingest-objects.ts';
import { prepareRetry } from '../../../core/campaigns/retry.ts';
import { createRetryFile } from '../../../core/campaigns/retry-file.ts';
import { tally } from '../../../core/campaigns/tally.ts';
import type { SendStatus } from '../../../core/ledger/send.ts';
import { errorOf } from '../../../core/ledger/transitions.ts';
import { makeReport } from '../../../core/reports/make.ts';
import { reportBytes } from '../../../core/reports/rows.ts';
import { createReportStore } from '../../../core/reports/store.ts';
import { campaignSource } from '../../../core/s3-source.ts';
import { readAsStatesDoes } from '../csv/states-reader.ts';
import { setRow } from './row-state.ts';
import { ANA, FILE, openErasure } from './support.ts';

const THEIRS = [ANA, 'Anastasia'];

let stack: Awaited<ReturnType<typeof openErasure>>;
beforeEach(async () => {
  stack = await openErasure();
});
afterEach(() => stack.close());

const set = (batchId: string, rowNumber: number, status: SendStatus, more?: Record<string, unknown>) =>
  setRow(stack.table.sends, { batchId, rowNumber }, status, more);

async function registered() {
  const campaign = await stack.upload();
  await stack.register(campaign.files);
  return campaign;
}
/** The lines of failed.csv behind its header. */
async function failedReport(record: CampaignRecord): Promise<string[]> {
  const source = campaignSource({ s3: stack.s3.client, bucket: 'campaigns', clock: stack.table.clock });
  const report = await text(reportBytes({ ...stack.deps, source }, record, { kind: 'failed' }) as never);
  return report.trimEnd().split('\n').slice(1);
}
const ERASED = { status: 'ERROR', email: 'erased', subject: '', error: { code: 'Erased', retryable: false } };

describe('a campaign that is not finished', () => {
  it.each([
    ['waits for its workflow', 'PENDING', {}],
    ['waits for its worker', 'QUEUED', {}],
    ['failed for a moment', 'PENDING', { failedTry: { code: 'ProviderUnavailable', message: `451 ${ANA}` } }],
    ['a redrive would send again', 'ERROR', { error: errorOf('NotDelivered', 'lost') }],
    ['an operator could send again', 'ERROR', { error: errorOf('DeliveryUnconfirmed', `no answer about ${ANA}`) }],
  ] as const)('keeps the row that %s, which ends in ERROR Erased', async (_name, status, more) => {
    const { batchId } = await registered();
    await set(batchId, 2, status, more);

    expect(await stack.erase()).toMatchObject({ rows: 1, ended: 1 });

    expect(await stack.row(batchId, 2)).toMatchObject(ERASED);
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    expect(await tally(stack.ledger, batchId)).toMatchObject({
      counts: { PENDING: 2, QUEUED: 0, SENT: 0, ERROR: 1 },
      retryable: 0,
      unconfirmed: 0,
    });
  });

  it('that stopped counts its rows again, and neither redrives nor reports the row', async () => {
    const { batchId, files } = await registered();
    await set(batchId, 1, 'SENT');
    await set(batchId, 2, 'ERROR', { error: errorOf('DeliveryUnconfirmed', 'no answer') });
    await set(batchId, 3, 'ERROR', { error: errorOf('NotDelivered', 'lost') });
    const stopped = {
      status: 'FAILED' as const,
      finalCounts: { PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 2, unconfirmed: 1 },
    };
    await stack.store.update(batchId, { set: stopped });

    await stack.erase();

    const record = await stack.store.get(batchId);
    expect(record).toMatchObject({ finalCounts: { PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 2, unconfirmed: 0 } });
    expect(await stack.deps.counters.breakdown(batchId)).toMatchObject({
      errors: expect.arrayContaining([
        { code: 'Erased', count: 1 },
        { code: 'NotDelivered', count: 1 },
      ]),
    });
    if (!record) throw new Error('The record is gone');
    expect(await failedReport(record)).toEqual([
      '"cy@example.com","Hi {{name}}","Dear {{name}}","Cyan","NotDelivered: lost"',
    ]);
    const retryFile = createRetryFile(stack.s3.client, 'campaigns');
    const key = await prepareRetry({ ledger: stack.ledger, retryFile }, record, {
      batchId,
      redriveCount: 1,
      redriveTime: null,
      retryRound: 0,
    });
    expect(readAsStatesDoes(stack.object(key ?? '')).map(({ row }) => row)).toEqual(['3']);
    expect(stack.object(`${files}/send.csv`).split('\n')).toHaveLength(5);
  });

  it('that stopped before its rows were registered reports the others as not sent', async () => {
    const { batchId } = await stack.upload();
    const finalCounts = { PENDING: 3, QUEUED: 0, SENT: 0, ERROR: 0, unconfirmed: 0 };
    await stack.store.update(batchId, { set: { status: 'ABORTED', finalCounts } });

    await stack.erase();

    const record = await stack.store.get(batchId);
    expect(record?.finalCounts).toMatchObject({ PENDING: 2, ERROR: 1 });
    if (!record) throw new Error('The record is gone');
    expect(await failedReport(record)).toEqual([
      '"bob@example.com","Hi {{name}}","Dear {{name}}","Bob","NotSent: The campaign ended before the row was sent."',
      '"cy@example.com","Hi {{name}}","Dear {{name}}","Cyan","NotSent: The campaign ended before the row was sent."',
    ]);
  });

  it('that is held has the row in ERROR Erased once it is started', async () => {
    const { batchId, files } = await stack.upload(FILE, { hold: true });

    expect(await stack.erase()).toMatchObject({ rows: 1, campaigns: 1, ended: 1, campaignsRead: 1 });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);

    await stack.register(files);
    expect(await stack.row(batchId, 2)).toMatchObject(ERASED);
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    expect(await tally(stack.ledger, batchId)).toMatchObject({ counts: { PENDING: 2, ERROR: 1 }, open: [1, 3] });
    expect((await stack.ledger.contents([{ batchId, rowNumber: 2 }])).get(`${batchId}-2`)).toBe('');
  });

  it('whose rows are being registered does not get the row from what was read before', async () => {
    const { batchId, files } = await stack.upload();
    const read = readAsStatesDoes(stack.object(`${files}/rows.csv`));
    await stack.register(files, read.slice(0, 1));

    await stack.erase();
    await stack.register(files, read);

    expect(await stack.row(batchId, 2)).toMatchObject(ERASED);
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });
});

describe('an email that may be leaving', () => {
  const lease = (leaseUntil: number) => ({ leaseId: 'lease', leaseUntil, attempts: 1 });

  it('is waited for, and its row stays SENT', async () => {
    const { clock } = stack.table;
    const { batchId } = await registered();
    await set(batchId, 2, 'QUEUED', lease(clock.now() + 30_000));
    const erasing = stack.erase();
    await clock.sleep(2_000);
    const row = await stack.row(batchId, 2);
    if (!row) throw new Error('The row is gone');
    expect(row).toMatchObject({ email: 'Ana@Example.com', status: 'QUEUED' });
    await stack.ledger.recordSent(row, 'lease', { provider: 'ses', messageId: 'm2' });

    expect(await erasing).toMatchObject({ rows: 1, ended: 0 });
    expect(await stack.row(batchId, 2)).toMatchObject({ status: 'SENT', email: 'erased', messageId: 'm2' });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });

  it('is no longer sent by a worker that asks the suppression list: its row ends as Erased, not as Suppressed', async () => {
    const { clock } = stack.table;
    const { batchId } = await registered();
    await set(batchId, 2, 'QUEUED', lease(clock.now() + 30_000));
    const erasing = stack.erase();
    await clock.sleep(2_000);
    const row = await stack.row(batchId, 2);
    if (!row) throw new Error('The row is gone');
    await stack.ledger.recordError(
      row,
      'lease',
      errorOf('Suppressed', 'The recipient is on the suppression list: manual.'),
    );

    expect(await erasing).toMatchObject({ rows: 1, ended: 1 });
    expect(await stack.row(batchId, 2)).toMatchObject(ERASED);
  });

  it('of a worker that died ends in ERROR Erased, and its late record counts', async () => {
    const { clock } = stack.table;
    const { batchId } = await registered();
    await set(batchId, 2, 'QUEUED', lease(clock.now() - 60_000));
    const claimed = await stack.row(batchId, 2);

    expect(await stack.erase()).toMatchObject({ rows: 1, ended: 1 });
    expect(await stack.row(batchId, 2)).toMatchObject(ERASED);

    if (!claimed) throw new Error('The row is gone');
    expect(await stack.ledger.recordSent(claimed, 'lease', { provider: 'ses', messageId: 'm2' })).toBe(true);
    expect(await stack.row(batchId, 2)).toMatchObject({ status: 'SENT', email: 'erased' });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });

  it('is followed by events that do not bring the address back', async () => {
    const { batchId } = await registered();
    await set(batchId, 2, 'SENT', { messageId: 'm2' });
    await stack.erase();

    const event = { kind: 'bounced', at: '2026-11-22T12:00:00.000Z', diagnostic: `550 no such user ${ANA}` } as const;
    const { isFirst } = await stack.ledger.recordFeedback({ batchId, rowNumber: 2 }, event);
    expect((await stack.ledger.recordFeedback({ batchId, rowNumber: 2 }, event)).isFirst).toBe(false);
    await stack.suppressions.add(ANA, { reason: 'bounced', sendId: `${batchId}-2` });

    expect(isFirst).toBe(true);
    expect((await stack.row(batchId, 2))?.feedback).toEqual({ kind: 'bounced', at: event.at });
    expect((await stack.suppressions.reasonsOf([ANA])).get(ANA)).toBe('bounced');
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });
});

describe('an upload at the same time', () => {
  const objects = () => createCampaignObjects({ s3: stack.s3.client, bucket: 'campaigns' });

  it('reads its file again when an address in it was erased meanwhile', async () => {
    let erasing: Promise<unknown> | undefined;
    let written = 0;
    const { record, skippedRows } = await stack.upload(FILE, {
      using: {
        objects: {
          ...objects(),
          async write(upload) {
            const summary = await objects().write(upload);
            written += 1;
            erasing ??= stack.erase();
            // Until it is suppressed: the erasure itself waits for the upload.
            await stack.table.clock.until(async () => (await stack.erasures.seen()).count > 0);
            return summary;
          },
        },
      },
    });
    await erasing;

    expect([written, record.enqueued, record.skipped]).toEqual([2, 2, 1]);
    expect(skippedRows).toMatchObject([{ row: 2, code: 'suppressed' }]);
    await stack.register(`campaigns/${record.batchId}/${record.uploadId}`);
    expect(await stack.row(record.batchId, 2)).toBeUndefined();
  });

  it('reads its file once when another address was erased meanwhile', async () => {
    let written = 0;
    await stack.upload(FILE, {
      using: {
        objects: {
          ...objects(),
          async write(upload) {
            written += 1;
            const summary = await objects().write(upload);
            await stack.erase('nobody@example.com');
            return summary;
          },
        },
      },
    });

    expect(written).toBe(1);
  });

  it('that writes its record right after the erasure has looked is found when it looks again', async () => {
    const { clock } = stack.table;
    let erasing: Promise<unknown> | undefined;
    const { batchId, files } = await stack.upload(FILE, {
      using: {
        store: {
          ...stack.store,
          async create(record) {
            erasing = stack.erase();
            await clock.sleep(1_000);
            return stack.store.create(record);
          },
        },
      },
    });

    expect(await erasing).toMatchObject({ rows: 1, ended: 1 });
    await stack.register(files);
    expect(await stack.row(batchId, 2)).toMatchObject(ERASED);
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });
});

describe('an erasure that is repeated', () => {
  it('finds nothing the second time, and changes nothing', async () => {
    const { batchId, files } = await registered();
    await stack.erase();
    const [row, object] = [await stack.row(batchId, 2), stack.object(`${files}/rows.csv`)];

    expect(await stack.erase()).toMatchObject({
      rows: 0,
      ended: 0,
      filesRewritten: 0,
      filesDeleted: 0,
      wasSuppressed: true,
    });
    expect([await stack.row(batchId, 2), stack.object(`${files}/rows.csv`)]).toEqual([row, object]);
  });

  it('goes on where it was killed, whatever step that was', async () => {
    const held = await stack.upload(FILE.replaceAll('Dear', 'Held'), { hold: true });
    const running = await registered();
    await set(running.batchId, 3, 'SENT');
    const { client } = stack.table;
    const send = client.send.bind(client) as (...call: unknown[]) => Promise<unknown>;
    const sendToS3 = stack.s3.client.send.bind(stack.s3.client) as (...call: unknown[]) => Promise<unknown>;
    let budget = 0;
    const limited =
      (call: (...args: unknown[]) => Promise<unknown>) =>
      async (...args: unknown[]) => {
        if (budget === 0) throw new Error('killed');
        budget -= 1;
        return call(...args);
      };
    client.send = limited(send) as typeof client.send;
    stack.s3.client.send = limited(sendToS3) as typeof stack.s3.client.send;

    let kills = 0;
    for (let calls = 1, ended = false; !ended; calls += 1) {
      budget = calls;
      ended = await stack.erase().then(
        () => true,
        (error: Error) => {
          if (error.message !== 'killed') throw error;
          kills += 1;
          return false;
        },
      );
    }
    budget = Number.POSITIVE_INFINITY;

    expect(kills).toBeGreaterThan(20);
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    await stack.register(held.files);
    for (const { batchId } of [held, running]) {
      expect(await stack.row(batchId, 2)).toMatchObject(ERASED);
      expect(await tally(stack.ledger, batchId)).toMatchObject({ counts: { ERROR: 1 } });
    }
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });
});

describe('a report', () => {
  const key = ({ files }: { files: string }) => `${files}/reports/sends.csv`;
  const reportsOf = () => createReportStore(stack.table.control);
  const request = (batchId: string) => reportsOf().request(batchId, 'sends');
  const make = (batchId: string, workerId: string) =>
    makeReport(
      {
        ...stack.deps,
        s3: stack.s3.client,
        bucket: 'campaigns',
        source: campaignSource({ s3: stack.s3.client, bucket: 'campaigns', clock: stack.table.clock }),
        reports: reportsOf(),
        clock: stack.table.clock,
        newWorkerId: () => workerId,
      },
      batchId,
      { kind: 'sends' },
    );

  it('that was made before is deleted, and the next one is without the address', async () => {
    const campaign = await registered();
    await request(campaign.batchId);
    await make(campaign.batchId, 'w1');
    expect(stack.object(key(campaign))).toContain('Ana@Example.com');

    expect(await stack.erase()).toMatchObject({ filesDeleted: 1 });
    expect(stack.s3.objects.has(key(campaign))).toBe(false);
    expect(await reportsOf().state(campaign.batchId, 'sends')).toBe('none');

    await request(campaign.batchId);
    await make(campaign.batchId, 'w2');
    expect(stack.object(key(campaign))).toContain('"2","erased","","ERROR"');
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });

  it('that is being made is waited for', async () => {
    const { clock } = stack.table;
    const campaign = await registered();
    const { batchId } = campaign;
    await request(batchId);
    await reportsOf().begin(batchId, 'sends', 'slow');
    const erasing = stack.erase();
    await clock.sleep(10_000);
    stack.s3.objects.set(key(campaign), Buffer.from(`what it has read: ${ANA}`));
    await reportsOf().finish(batchId, 'sends', 'slow');

    await erasing;
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });
});
