import { createHash } from 'node:crypto';
import { createCampaignObjects } from '../../../core/campaigns/ingest-objects.ts';
import { startHeld } from '../../../core/campaigns/start.ts';
import type { CampaignUpdate } from '../../../core/campaigns/store.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createErasures } from '../../../core/consent/erasures.ts';
import { createUploadObjects } from '../../../core/uploads/objects.ts';
import { MAX_ATTEMPTS, type ProcessDeps, processUpload } from '../../../core/uploads/process.ts';
import { createUploadStore, LEASE_MS, LOOK_EVERY_MS, URL_VALID_MS } from '../../../core/uploads/store.ts';
import { sweepUploads } from '../../../core/uploads/sweep.ts';
import { type NewUpload, uploadObjectKey } from '../../../core/uploads/upload.ts';
import { openFakeS3 } from '../campaigns/fake-s3.ts';
import { simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

const FILE = Buffer.from('email,subject,content\nana@example.com,Hola,uno\nbad,Hola,dos\nbob@example.com,Hi,three\n');
const BATCH = createHash('sha256').update(FILE).digest('hex');
const UPLOAD = 'upload-1';

describe('an upload', () => {
  let clock: ReturnType<typeof simulatedClock>;
  let table: Awaited<ReturnType<typeof openTable>>;
  let s3: Awaited<ReturnType<typeof openFakeS3>>;
  let executions: string[];
  let queued: string[];
  let leases: number;

  beforeEach(async () => {
    clock = simulatedClock();
    table = await openTable(clock);
    s3 = await openFakeS3();
    executions = [];
    queued = [];
    leases = 0;
  });
  afterEach(async () => {
    await Promise.all([table.close(), s3.close()]);
  });

  const uploads = () => createUploadStore(table.control);
  const files = () => createUploadObjects({ s3: s3.client, bucket: 'campaigns', clock: table.clock });
  const deps = (override: Partial<ProcessDeps> = {}): ProcessDeps => ({
    sends: table.sends,
    control: table.control,
    store: createCampaignStore(table.control),
    suppressions: { reasonsOf: async () => new Map() },
    erasures: createErasures(table.control),
    objects: createCampaignObjects({ s3: s3.client, bucket: 'campaigns' }),
    bucket: 'campaigns',
    clock: table.clock,
    sendRate: async () => 50,
    sendQuota: async () => ({ max24HourSend: -1, sentLast24Hours: 0 }),
    telemetry: silent,
    sendTimeoutSeconds: 3600,
    executions: { start: async (name) => void executions.push(name) },
    uploads: uploads(),
    files: files(),
    newLeaseId: () => `lease-${++leases}`,
    ...override,
  });
  const create = (more: Partial<NewUpload> = {}, uploadId = UPLOAD) =>
    uploads().create(uploadId, {
      size: FILE.length,
      fileName: 'news.csv',
      hold: false,
      options: { dryRun: false, format: 'text', templates: {} },
      ...more,
    });
  const arrive = (file = FILE, uploadId = UPLOAD) => s3.objects.set(uploadObjectKey(uploadId), file);
  const state = () => uploads().get(UPLOAD);
  const campaign = (batchId = BATCH) => createCampaignStore(table.control).get(batchId);
  const sweep = () =>
    sweepUploads(
      {
        uploads: uploads(),
        files: files(),
        queue: { send: async (uploadId) => void queued.push(uploadId) },
        clock: table.clock,
        telemetry: silent,
      },
      Number.POSITIVE_INFINITY,
    );
  /** What runs where a worker is killed: nothing, not even its error handling. */
  const killed = (): never => {
    throw new Error('killed');
  };
  const dead: Pick<ProcessDeps, 'uploads'> = {
    get uploads() {
      return { ...uploads(), release: async () => undefined, end: async () => killed() };
    },
  };

  it('becomes a campaign, its file that of the campaign', async () => {
    await create({ keyName: 'shop' });
    arrive();
    await processUpload(deps(), UPLOAD);

    expect(await state()).toMatchObject({ status: 'DONE', rows: 3, batchId: BATCH });
    expect(await campaign()).toMatchObject({
      status: 'RUNNING',
      fileName: 'news.csv',
      uploadedBy: 'shop',
      enqueued: 2,
    });
    expect([...s3.objects.keys()].sort()).toEqual(
      ['rows', 'send', 'skipped', 'source'].map((name) => `campaigns/${BATCH}/${UPLOAD}-1/${name}.csv`),
    );
    expect(s3.objects.get(`campaigns/${BATCH}/${UPLOAD}-1/source.csv`)?.equals(FILE)).toBe(true);
    expect(executions).toEqual([BATCH]);
    await processUpload(deps(), UPLOAD);
    expect([executions, (await state())?.attempts]).toEqual([[BATCH], 1]);
  });

  it('is not ingested before its file is there, nor by two workers at once', async () => {
    await create();
    await processUpload(deps(), UPLOAD);
    expect(await state()).toMatchObject({ status: 'WAITING', attempts: 0 });

    arrive();
    await uploads().begin(UPLOAD, 'another');
    await processUpload(deps(), UPLOAD);
    expect(await state()).toMatchObject({ status: 'INGESTING', leaseId: 'another', attempts: 1 });
    expect(executions).toEqual([]);
  });

  it('with hold ends in READY and is sent once it is started, by one call or by several', async () => {
    await create({ hold: true });
    arrive();
    await processUpload(deps(), UPLOAD);
    expect([(await campaign())?.status, executions]).toEqual(['READY', []]);

    const started = await Promise.all([startHeld(deps(), BATCH), startHeld(deps(), BATCH)]);
    expect(started.map(({ status }) => status)).toEqual(['RUNNING', 'RUNNING']);
    expect(new Set(executions)).toEqual(new Set([BATCH]));
    expect(await startHeld(deps(), BATCH)).toMatchObject({ status: 'RUNNING' });
  });

  it('that is held is started by a second call where the first one crashed', async () => {
    await create({ hold: true });
    arrive();
    await processUpload(deps(), UPLOAD);
    const crashing = deps({ executions: { start: async () => killed() } });
    await expect(startHeld(crashing, BATCH)).rejects.toThrow('killed');
    expect(await startHeld(deps(), BATCH)).toMatchObject({ status: 'RUNNING' });
    expect(executions).toEqual([BATCH]);
  });

  it('that is held for more than 30 days is not started', async () => {
    await create({ hold: true });
    arrive();
    await processUpload(deps(), UPLOAD);
    await table.clock.sleep(31 * 24 * 3600_000);
    await expect(startHeld(deps(), BATCH)).rejects.toMatchObject({ code: 'Conflict' });
    expect(executions).toEqual([]);
  });

  it.each([
    ['a quote is not closed', 'email,subject,content\na@b.test,x,y\nc@d.test,"x,y\n', /line 3/, 3],
    ['no row is valid', 'email,subject,content\nbad,x,y\n', /None of the 1 rows/, undefined],
    ['a column is missing', 'email,subject\na@b.test,x\n', /content/, 1],
  ])('ends FAILED with the reason when %s, and its file is removed', async (_what, text, reason, line) => {
    const file = Buffer.from(text);
    await create({ size: file.length });
    arrive(file);
    await processUpload(deps(), UPLOAD);
    expect(await state()).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(reason) });
    expect((await state())?.line).toBe(line);
    expect([s3.objects.size, executions]).toEqual([0, []]);
  });

  it('ends FAILED when its rows take more than an ItemReader reads, before anything is sent', async () => {
    await create();
    arrive();
    const objects = createCampaignObjects({ s3: s3.client, bucket: 'campaigns', maxRowsBytes: 100 });
    await processUpload(deps({ objects }), UPLOAD);
    expect(await state()).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('Split the file') });
    expect([s3.objects.size, executions, await campaign()]).toEqual([0, [], undefined]);
  });

  it('ends FAILED when the same file was uploaded with other options', async () => {
    await create();
    arrive();
    await processUpload(deps(), UPLOAD);
    await create({ options: { dryRun: false, format: 'html', templates: {} } }, 'upload-2');
    arrive(FILE, 'upload-2');
    await processUpload(deps(), 'upload-2');
    expect(await uploads().get('upload-2')).toMatchObject({ status: 'FAILED', reason: expect.stringContaining(BATCH) });
  });

  it('is read on where a connection broke', async () => {
    const file = Buffer.concat([FILE, Buffer.from('x@y.test,a,b\n'.repeat(20_000))]);
    await create({ size: file.length });
    arrive(file);
    let broken = 0;
    s3.breaks((key) => key === uploadObjectKey(UPLOAD) && ++broken < 3);
    await processUpload(deps(), UPLOAD);
    expect(broken).toBeGreaterThan(3);
    expect(await state()).toMatchObject({
      status: 'DONE',
      rows: 20_003,
      batchId: createHash('sha256').update(file).digest('hex'),
    });
  });

  describe.each([
    ['reads the file', () => ({ objects: { write: async () => killed(), remove: async () => undefined } })],
    ['has written the objects', () => ({ store: storeThat('create') })],
    ['has written the record', () => ({ executions: { start: async () => killed() } })],
    ['has started the execution', () => ({ store: storeThat('update') })],
    ['has finished', () => ({})],
  ])('whose worker is killed when it %s', (_when, override) => {
    it('is ingested by the next one, and its campaign is started once', async () => {
      await create();
      arrive();
      await processUpload(deps({ ...override(), ...dead }), UPLOAD).catch(() => undefined);
      expect(await state()).toMatchObject({ status: 'INGESTING', leaseId: 'lease-1' });
      expect([await sweep(), queued]).toEqual([{ uploadsQueued: 0, uploadsExpired: 0 }, []]);

      await table.clock.sleep(LEASE_MS + 1);
      expect([await sweep(), queued]).toEqual([{ uploadsQueued: 1, uploadsExpired: 0 }, [UPLOAD]]);
      expect(await sweep()).toEqual({ uploadsQueued: 0, uploadsExpired: 0 });
      await processUpload(deps(), UPLOAD);

      expect(await state()).toMatchObject({ status: 'DONE', batchId: BATCH, rows: 3, attempts: 2 });
      expect((await state())?.duplicate).toBeUndefined();
      expect(await campaign()).toMatchObject({ status: 'RUNNING', enqueued: 2 });
      expect(new Set(executions)).toEqual(new Set([BATCH]));
    });
  });

  const storeThat = (dies: 'create' | 'update') => {
    const store = createCampaignStore(table.control);
    return {
      ...store,
      create: dies === 'create' ? async () => killed() : store.create,
      update: dies === 'update' ? async (_batchId: string, _change: CampaignUpdate) => killed() : store.update,
    };
  };

  it('is tried again after an error that is not of its file, and ends FAILED after the last attempt', async () => {
    await create();
    arrive();
    const failing = deps({ sendRate: async () => Promise.reject(new Error('DynamoDB is away')) });
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      await processUpload(failing, UPLOAD);
      expect(await state()).toMatchObject({ status: 'INGESTING', attempts: attempt });
      await table.clock.sleep(LOOK_EVERY_MS);
      expect((await sweep()).uploadsQueued).toBe(1);
    }
    await expect(processUpload(failing, UPLOAD)).rejects.toThrow('DynamoDB is away');
    expect(await state()).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('Upload it again') });
  });

  it('whose worker lost its lease changes nothing any more', async () => {
    await create();
    arrive();
    const slow = deps({
      uploads: { ...uploads(), renew: async () => false },
      async sendRate() {
        await table.clock.sleep(LEASE_MS + 1);
        await uploads().begin(UPLOAD, 'another');
        return 50;
      },
    });
    await processUpload(slow, UPLOAD);
    expect(await state()).toMatchObject({ status: 'INGESTING', leaseId: 'another', attempts: 2 });
    expect([executions, await campaign()]).toEqual([[], undefined]);
  });

  it('whose event was lost is found by the sweep', async () => {
    await create();
    arrive();
    await table.clock.sleep(LOOK_EVERY_MS + 1);
    expect([await sweep(), queued]).toEqual([{ uploadsQueued: 1, uploadsExpired: 0 }, [UPLOAD]]);
  });

  it('whose file never comes expires', async () => {
    await create();
    await table.clock.sleep(URL_VALID_MS + 1);
    expect(await sweep()).toEqual({ uploadsQueued: 0, uploadsExpired: 0 });
    await table.clock.sleep(2 * 3600_000);
    expect(await sweep()).toEqual({ uploadsQueued: 0, uploadsExpired: 1 });
    expect(await state()).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('did not arrive') });
    expect(await sweep()).toEqual({ uploadsQueued: 0, uploadsExpired: 0 });
  });
});
