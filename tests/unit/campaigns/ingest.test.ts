import { createHash } from 'node:crypto';
import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';
import { type IngestDeps, ingest } from '../../../core/campaigns/ingest.ts';
import { createCampaignObjects } from '../../../core/campaigns/ingest-objects.ts';
import type { CampaignOptions } from '../../../core/campaigns/options.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createErasures } from '../../../core/consent/erasures.ts';
import { createSuppressions } from '../../../core/consent/suppressions.ts';
import { bufferSource } from '../../../core/csv/source.ts';
import { quoted, utf16 } from '../csv/support.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';
import { openFakeS3 } from './fake-s3.ts';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const FILE = 'email,subject,content\nana@example.com,Hola,uno\nbad,Hola,dos\nbob@example.com,Hi,three\n';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('ingesting a CSV', () => {
  let table: Awaited<ReturnType<typeof openTable>>;
  let s3: Awaited<ReturnType<typeof openFakeS3>>;
  /** Executions by name with their input, as Step Functions keeps them. */
  let executions: Map<string, string>;
  let uploads: number;
  let now: number;

  beforeEach(async () => {
    table = await openTable();
    s3 = await openFakeS3();
    executions = new Map();
    uploads = 0;
    now = NOW;
  });
  afterEach(async () => {
    await Promise.all([table.close(), s3.close()]);
  });

  const deps = (override: Partial<IngestDeps> = {}): IngestDeps => ({
    sends: table.sends,
    control: table.control,
    store: createCampaignStore(table.control),
    objects: createCampaignObjects({ s3: s3.client, bucket: 'campaigns' }),
    bucket: 'campaigns',
    clock: { now: () => now, sleep: async () => undefined },
    newUploadId: () => `upload-${++uploads}`,
    sendRate: async () => 50,
    sendQuota: async () => ({ max24HourSend: -1, sentLast24Hours: 0 }),
    suppressions: createSuppressions(table),
    erasures: createErasures(table.control),
    telemetry: silent,
    sendTimeoutSeconds: 3600,
    executions: {
      start: async (name, input) => {
        const standing = executions.get(name);
        if (standing !== undefined && standing !== input) throw new Error(`${name} was started with another input`);
        executions.set(name, input);
      },
    },
    ...override,
  });
  const upload = (options: Partial<CampaignOptions> = {}, file: string | Uint8Array = FILE, using = deps()) =>
    ingest(using, {
      source: bufferSource(typeof file === 'string' ? Buffer.from(file) : file),
      options: { dryRun: false, format: 'text', ...options },
      maxRows: 690,
    });
  const record = async (batchId: string): Promise<CampaignRecord | undefined> =>
    createCampaignStore(table.control).get(batchId);

  it('writes the objects and the record, and starts the execution named by the hash', async () => {
    const { record: made, duplicate, skippedRows } = await upload();

    const batchId = sha256(FILE);
    const prefix = `campaigns/${batchId}/upload-1`;
    expect(duplicate).toBe(false);
    expect(made).toMatchObject({ batchId, total: 3, enqueued: 2, skipped: 1, status: 'RUNNING', maxConcurrency: 250 });
    expect(skippedRows).toMatchObject([{ row: 2, email: 'bad', code: 'email_invalid' }]);
    expect(s3.objects.get(`${prefix}/source.csv`)?.toString()).toBe(FILE);
    expect(s3.objects.get(`${prefix}/rows.csv`)?.toString()).toMatch(
      /^"3",.*bob@example\.com.*,"three","1801821600"$/m,
    );
    expect(s3.objects.get(`${prefix}/send.csv`)?.toString()).toBe(
      '"row","pk","sk","queuedKey","errorKey"\n' +
        [1, 3]
          .map((n) => `"${n}","${batchId}#${n}","S#0000000${n}","QUEUED#2026-11-22#${n}","ERROR#2026-11-22#${n}"\n`)
          .join(''),
    );
    expect(s3.objects.get(`${prefix}/skipped.csv`)?.toString()).toContain('email_invalid');
    expect(JSON.parse(executions.get(batchId) ?? '')).toEqual({
      batchId,
      campaignId: null,
      bucket: 'campaigns',
      rowsKey: `${prefix}/rows.csv`,
      sendRowsKey: `${prefix}/send.csv`,
      prefix,
      enqueued: 2,
      createdAt: '2026-11-22T10:00:00.000Z',
      sendAt: null,
      dryRun: false,
      limiterKey: { pk: { S: 'LIMITER#ses' }, sk: { S: 'LIMITER' } },
      format: 'text',
      maxConcurrency: 250,
      rowsPerChild: 1,
      sendTimeoutSeconds: 3600,
    });
  });

  describe('compares the rows with the daily quota of SES', () => {
    const warned = async (using: Partial<IngestDeps>, options: Partial<CampaignOptions> = {}) =>
      (await upload(options, FILE, deps(using))).record.warnings;

    it('and names the day on which the last row leaves', async () => {
      const warnings = await warned({ sendQuota: async () => ({ max24HourSend: 200, sentLast24Hours: 199 }) });
      expect(warnings).toEqual([
        'SES lets this account send 200 emails in 24 hours; 1 is free now, and 2 rows are to send. The campaign stops at ' +
          'the quota and continues by itself. Its last row leaves on 2026-11-23 (UTC) at the latest, if nothing else is sent.',
      ]);
      expect((await record(sha256(FILE)))?.warnings).toEqual(warnings);
    });

    it('from the time on at which it is scheduled', async () => {
      const sendQuota = async () => ({ max24HourSend: 1, sentLast24Hours: 1 });
      const warnings = await warned({ sendQuota }, { sendAt: '2026-12-24T08:00:00.000Z' });
      expect(warnings).toEqual([expect.stringContaining('on 2026-12-25 (UTC)')]);
    });

    it.each([
      ['the quota is enough', { max24HourSend: 200, sentLast24Hours: 198 }],
      ['there is no quota', { max24HourSend: -1, sentLast24Hours: 5_000_000 }],
    ])('and says nothing when %s', async (_, quota) => {
      expect(await warned({ sendQuota: async () => quota })).toEqual([]);
    });

    it('but not for a dry run', async () => {
      const sendQuota = async () => ({ max24HourSend: 1, sentLast24Hours: 1 });
      expect(await warned({ sendQuota }, { dryRun: true })).toEqual([]);
    });

    it('and goes on when SES does not tell its quota', async () => {
      const logged: string[] = [];
      const telemetry = { warn: (message: string) => void logged.push(message) };
      const sendQuota = async () => {
        throw new Error('Rate exceeded');
      };
      expect(await warned({ sendQuota, telemetry })).toEqual([]);
      expect(logged).toEqual([expect.stringContaining('SES did not return its quota')]);
      expect(executions.has(sha256(FILE))).toBe(true);
    });
  });

  it('puts the campaignId and a dry run into the batchId', async () => {
    const { record: spring } = await upload({ campaignId: 'spring' });
    const { record: dry } = await upload({ campaignId: 'spring', dryRun: true });
    const { record: plainDry } = await upload({ dryRun: true });

    expect(spring.batchId).toBe(`spring-${sha256(`spring\n${FILE}`).slice(0, 32)}`);
    expect(dry.batchId).toBe(`${spring.batchId}-dryrun`);
    expect(plainDry.batchId).toBe(`${sha256(FILE)}-dryrun`);
    expect(executions.size).toBe(3);
  });

  it('sends nothing when the same file comes again, even long after its execution is forgotten', async () => {
    const first = await upload();
    await createCampaignStore(table.control).update(first.record.batchId, { set: { status: 'SUCCEEDED' } });
    executions.clear();
    now += 200 * 24 * 60 * 60 * 1000;

    const second = await upload();

    expect(second).toMatchObject({ duplicate: true, record: { status: 'SUCCEEDED', total: 3, uploadId: 'upload-1' } });
    expect(executions.size).toBe(0);
    expect([...s3.objects.keys()].filter((key) => key.includes('upload-2'))).toEqual([]);
  });

  it('makes one campaign of the same file uploaded many times at once', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => upload()));

    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(executions.size).toBe(1);
    expect(s3.objects.size).toBe(4);
    const stands = await record(sha256(FILE));
    expect([...s3.objects.keys()].every((key) => key.includes(stands?.uploadId ?? '-'))).toBe(true);
  });

  it('refuses the same file with another schedule or format, and names the batch', async () => {
    await upload({ sendAt: '2026-12-01T08:00:00.000Z' });
    // A scheduled campaign's contents are kept for 75 days after its time.
    expect([...s3.objects.values()].join()).toContain(
      `"three","${Date.parse('2026-12-01T08:00:00.000Z') / 1000 + 75 * 24 * 3600}"`,
    );

    const again = upload({ format: 'html' });

    await expect(again).rejects.toMatchObject({ code: 'Conflict', extra: { batchId: sha256(FILE) } });
    await expect(again).rejects.toThrow('sendAt was 2026-12-01T08:00:00.000Z and is now not given');
    expect(executions.size).toBe(1);
  });

  it('counts templates as a part of the file, and keeps the name of the sender and the address for answers', async () => {
    const list = 'email,name\nana@example.com,Ana\n';
    const templates = { subject: 'Hola {{name}}', content: 'uno' };
    const sender = { fromName: 'La tienda', replyTo: 'answers@shop.example' };
    const { record: first } = await upload({ templates, ...sender }, list);
    const { record: other } = await upload({ templates: { ...templates, content: 'dos' } }, list);

    expect(await record(first.batchId)).toMatchObject({ subject: 'Hola Ana', ...sender });
    expect(other.batchId).not.toBe(first.batchId);
    expect(await upload({ templates, ...sender }, list)).toMatchObject({
      duplicate: true,
      record: { batchId: first.batchId },
    });
    await expect(upload({ templates, replyTo: 'answers@shop.example' }, list)).rejects.toThrow(
      'fromName was La tienda and is now not given',
    );
  });

  it('schedules, refuses a time that is past, and still knows the file once its time is past', async () => {
    const sendAt = '2026-11-23T10:00:00.000Z';
    await expect(upload({ sendAt: '2026-11-22T09:59:59.000Z' })).rejects.toThrow('past');
    // 330 days and a second after the time of these tests.
    await expect(upload({ sendAt: '2027-10-18T10:00:01.000Z' })).rejects.toThrow('more than 330 days');
    expect((await upload({ sendAt })).record.status).toBe('SCHEDULED');

    now = Date.parse(sendAt) + 1;
    expect(await upload({ sendAt })).toMatchObject({ duplicate: true });
  });

  describe('after a crash between two steps', () => {
    /** Each step of an upload by the dependency that makes it. */
    const crash = async () => {
      throw new Error('crash');
    };
    const crashes: [string, (whole: IngestDeps) => Partial<IngestDeps>][] = [
      ['before the record', ({ store }) => ({ store: { ...store, create: crash } })],
      [
        'behind the record, its answer lost',
        ({ store }) => ({ store: { ...store, create: (r) => store.create(r).then(crash) } }),
      ],
      ['before the start', () => ({ executions: { start: crash } })],
      [
        'behind the start, its answer lost',
        ({ executions: { start } }) => ({ executions: { start: (name, input) => start(name, input).then(crash) } }),
      ],
      ['before the status', ({ store }) => ({ store: { ...store, update: crash } })],
    ];

    it.each(crashes)('%s, uploading again makes one running campaign', async (_step, broken) => {
      await expect(upload({}, FILE, deps(broken(deps())))).rejects.toThrow('crash');
      now += 60_000;

      const { record: healed } = await upload();

      expect(healed).toMatchObject({ status: 'RUNNING', enqueued: 2 });
      expect([...executions.keys()]).toEqual([sha256(FILE)]);
      const { rowsKey } = JSON.parse(executions.get(sha256(FILE)) ?? '{}');
      expect(rowsKey).toContain(healed.uploadId);
      expect(s3.objects.has(rowsKey)).toBe(true);
      expect((await upload()).duplicate).toBe(true);
    });
  });

  describe('the same rows in other bytes', () => {
    const ROWS = [
      ['ana@example.com', 'Olé', 'uno'],
      ['bob@example.com', 'Hi', 'two; or "three"'],
      ['cid@example.com', 'Hi', 'line 1\nline 2'],
    ];
    const cells = (rows: string[][], write: (cell: string) => string, end: string) =>
      [['email', 'subject', 'content'], ...rows].map((row) => row.map(write).join(',') + end).join('');
    const bare = (cell: string) => (/["\n]/.test(cell) ? quoted(cell) : cell);
    const FIRST = cells(ROWS, bare, '\n');
    const others: [string, string | Uint8Array, Partial<CampaignOptions>][] = [
      ['line ends', cells(ROWS, bare, '\r\n'), {}],
      ['line ends, those in cells too', FIRST.replaceAll('\n', '\r\n'), {}],
      ['a mark', `\ufeff${FIRST}`, {}],
      ['quotes', cells(ROWS, quoted, '\n'), {}],
      ['no line end at the end', FIRST.trimEnd(), {}],
      ['blank rows', `,,\n${FIRST},,\n\n`, {}],
      ['space around cells', cells(ROWS, (cell) => ` ${quoted(cell)} `, '\n'), {}],
      ['UTF-16', utf16(FIRST, 'le'), {}],
      ['Windows-1252', Buffer.from(FIRST, 'latin1'), {}],
      ['an encoding that is named', Buffer.from(FIRST, 'latin1'), { encoding: 'iso-8859-15' }],
      ['the delimiter', `sep=;\n${FIRST.replace(/,(?! )/g, ';').replace('two; or', 'two; or')}`, {}],
      [
        'the order of the columns',
        `content,email,subject\nuno,ana@example.com,Olé\n"two; or ""three""",bob@example.com,Hi\n"line 1\nline 2",cid@example.com,Hi\n`,
        {},
      ],
      [
        'a variable filled in',
        `email,subject,content,n\nana@example.com,Olé,{{n}},uno\nbob@example.com,Hi,"two; or ""three""",x\ncid@example.com,Hi,"line 1\nline 2",x\n`,
        {},
      ],
      ['the way an address is written', FIRST.replace('ana@example.com', 'Ana <ana@example.com>'), {}],
      ['a row that is skipped', `${FIRST}nobody,Hi,x\n`, {}],
    ];

    it.each(others)('are the campaign that they were: %s', async (_name, file, options) => {
      const first = await upload({}, FIRST);
      const again = await upload(options, file);

      expect(sha256(FIRST)).toBe(first.record.batchId);
      expect(again).toMatchObject({ duplicate: true, record: { batchId: first.record.batchId }, skippedRows: [] });
      expect([...executions.keys()]).toEqual([first.record.batchId]);
      expect([...s3.objects.keys()].every((key) => key.includes('upload-1'))).toBe(true);
      expect((await createCampaignStore(table.control).list({ limit: 10 })).campaigns).toHaveLength(1);
    });

    it.each<[string, string, Partial<CampaignOptions>]>([
      ['another campaignId', cells(ROWS, quoted, '\n'), { campaignId: 'autumn' }],
      ['a dry run', cells(ROWS, quoted, '\n'), { dryRun: true }],
      ['another order', cells([...ROWS].reverse(), bare, '\n'), {}],
      ['a row less', cells(ROWS.slice(0, 1), bare, '\n'), {}],
      ['another content', FIRST.replace('uno', 'un o'), {}],
      ['text that moved to the next cell', FIRST.replace('Olé,uno', 'Oléu,no'), {}],
    ])('are sent with %s', async (_name, file, options) => {
      await upload({}, FIRST);

      expect(await upload(options, file)).toMatchObject({ duplicate: false });
      expect(executions.size).toBe(2);
    });

    it.each<[string, Partial<CampaignOptions>]>([
      ['sendAt', { sendAt: '2026-12-01T08:00:00.000Z' }],
      ['format', { format: 'html' }],
    ])('with another %s are a conflict that names the first batch', async (name, options) => {
      await upload({}, FIRST);
      const again = upload(options, cells(ROWS, bare, '\r\n'));

      await expect(again).rejects.toMatchObject({ code: 'Conflict', extra: { batchId: sha256(FIRST) } });
      await expect(again).rejects.toThrow(name);
      expect(s3.objects.size).toBe(4);
      expect(executions.size).toBe(1);
    });

    it('uploaded at once in many forms make one campaign', async () => {
      const results = await Promise.all([FIRST, ...others.map(([, file]) => file)].map((file) => upload({}, file)));

      expect(new Set(results.map(({ record }) => record.batchId)).size).toBe(1);
      expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect([...executions.keys()]).toEqual([results[0]?.record.batchId]);
      expect((await createCampaignStore(table.control).list({ limit: 20 })).campaigns).toHaveLength(1);
    });

    const OTHER = cells(ROWS, bare, '\r\n');

    it('are taken over from an upload that died before its record', async () => {
      const { store } = deps();
      const dying = deps({ store: { ...store, create: () => Promise.reject(new Error('crash')) } });
      await expect(upload({}, FIRST, dying)).rejects.toThrow('crash');

      const second = await upload({}, OTHER);
      const third = await upload({}, FIRST);

      expect(second).toMatchObject({ duplicate: false, record: { batchId: sha256(OTHER) } });
      expect(third).toMatchObject({ duplicate: true, record: { batchId: sha256(OTHER) } });
      expect([...executions.keys()]).toEqual([sha256(OTHER)]);
    });

    it.each<[string, (whole: IngestDeps) => Partial<IngestDeps>]>([
      [
        'behind its record',
        ({ store }) => ({
          store: { ...store, create: (r) => store.create(r).then(() => Promise.reject(new Error('crash'))) },
        }),
      ],
      ['before its start', () => ({ executions: { start: () => Promise.reject(new Error('crash')) } })],
    ])('start the campaign of an upload that died %s', async (_when, broken) => {
      await expect(upload({}, FIRST, deps(broken(deps())))).rejects.toThrow('crash');

      expect(await upload({}, OTHER)).toMatchObject({
        duplicate: true,
        record: { batchId: sha256(FIRST), status: 'RUNNING' },
      });
      expect([...executions.keys()]).toEqual([sha256(FIRST)]);
    });

    it('of an upload that was too slow start once, and the slow one tells the other campaign', async () => {
      const { store } = deps();
      let second: Awaited<ReturnType<typeof upload>> | undefined;
      const slow = deps({
        store: {
          ...store,
          async create(made) {
            // Its rows are claimed; the other upload waits for its record in vain.
            second ??= await upload({}, OTHER);
            return store.create(made);
          },
        },
      });

      const first = await upload({}, FIRST, slow);

      expect(second).toMatchObject({ duplicate: false, record: { batchId: sha256(OTHER) } });
      expect(first).toMatchObject({ duplicate: true, record: { batchId: sha256(OTHER) } });
      expect([...executions.keys()]).toEqual([sha256(OTHER)]);
      expect(await record(sha256(FIRST))).toBeUndefined();
      expect([...s3.objects.keys()].every((key) => key.includes(sha256(OTHER)))).toBe(true);
    });
  });

  // The bucket's lifecycle rule removes parts of an upload that was not finished.
  describe('what cannot be sent leaves no object, record or execution behind', () => {
    const big = Buffer.from(
      `email,subject,content\n${Array.from({ length: 700 }, (_, n) => `u${n}@example.com,S,${'x'.repeat(8000)}\n`).join('')}`,
    );

    it.each<[string, string | Uint8Array, string]>([
      ['an unclosed quote', 'email,subject,content\na@example.com,S,x\nb@example.com,"S,x\n', 'InvalidCsv'],
      ['no valid row', 'email,subject,content\nnobody,S,x\n', 'InvalidCsv'],
      ['no row', 'email,subject,content\n', 'InvalidCsv'],
      ['one row that is too large', `email,subject,content\na@example.com,S,${'x'.repeat(300_000)}\n`, 'InvalidCsv'],
      ['more rows than allowed, some in parts already', big, 'FileTooLarge'],
    ])('%s', async (_name, file, code) => {
      await expect(upload({}, file)).rejects.toMatchObject({ code });

      expect(s3.objects.size).toBe(0);
      expect(executions.size).toBe(0);
      expect((await createCampaignStore(table.control).list({ limit: 10 })).campaigns).toEqual([]);
    });

    it('says which rows were bad when none is good', async () => {
      await expect(upload({}, 'email,subject,content\nnobody,S,x\n')).rejects.toMatchObject({
        message: 'None of the 1 rows can be sent. Row 1: "nobody" is not a valid email address.',
        extra: { skippedRows: [{ row: 1, code: 'email_invalid' }] },
      });
    });

    it('a store that refuses one of the objects', async () => {
      s3.refuse((method, key) => method === 'PUT' && key.endsWith('rows.csv'));

      await expect(upload()).rejects.toThrow();

      expect(s3.objects.size).toBe(0);
      s3.refuse(() => false);
      expect((await upload()).record.status).toBe('RUNNING');
    });
  });
});
