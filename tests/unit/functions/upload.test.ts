import { preflightSchema } from '../../../api/preflight.ts';
import { problemSchema } from '../../../api/problem.ts';
import { type UploadAnswer, uploadAnswerSchema } from '../../../api/upload.ts';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { createCampaignObjects } from '../../../core/campaigns/ingest-objects.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createErasures } from '../../../core/consent/erasures.ts';
import { createSuppressions } from '../../../core/consent/suppressions.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { uploadRoutes } from '../../../functions/upload/routes.ts';
import { openFakeS3 } from '../campaigns/fake-s3.ts';
import { preflightParts } from '../campaigns/preflight-parts.ts';
import { readAsStatesDoes } from '../csv/states-reader.ts';
import { fakeStates } from '../delivery/fake-states.ts';
import { formRequest, type HttpRequest, httpClient } from '../support/http.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

const CSV = 'email,subject,content\nana@example.com,Hola,uno\nbad,Hola,dos\n';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const clock = { now: () => Date.parse('2026-11-22T10:00:00.000Z'), sleep: async () => undefined };

describe('POST /upload', () => {
  let table: Awaited<ReturnType<typeof openTable>>;
  let s3: Awaited<ReturnType<typeof openFakeS3>>;
  let started: string[];
  let failing: Error | undefined;

  beforeEach(async () => {
    table = await openTable();
    s3 = await openFakeS3();
    started = [];
    failing = undefined;
  });
  afterEach(async () => {
    await Promise.all([table.close(), s3.close()]);
  });

  const post = (request: HttpRequest) => send('POST /upload', request);
  const send = (route: string, request: HttpRequest) =>
    httpClient(
      uploadRoutes({
        sends: table.sends,
        control: table.control,
        store: createCampaignStore(table.control),
        ledger: createLedger(table),
        counters: createCampaignCounters(table.control),
        telemetry: silent,
        objects: createCampaignObjects({ s3: s3.client, bucket: 'campaigns' }),
        bucket: 'campaigns',
        clock,
        newUploadId: () => crypto.randomUUID(),
        ...preflightParts(clock),
        sendRate: async () => 50,
        sendQuota: async () => ({ max24HourSend: -1, sentLast24Hours: 0 }),
        suppressions: createSuppressions(table),
        erasures: createErasures(table),
        sendTimeoutSeconds: 3600,
        executions: {
          ...fakeStates(clock).executions,
          async start(name) {
            if (failing) throw failing;
            started.push(name);
          },
        },
      }),
    )(route, request);
  const postForm = async (parts: [string, string | Blob, string?][]) => {
    const form = new FormData();
    for (const [name, value, filename] of parts) {
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, value, filename ?? 'file.csv');
    }
    return post(await formRequest(form));
  };
  const csv = (text: string | Buffer, type = 'text/csv') => new Blob([new Uint8Array(Buffer.from(text))], { type });

  /** What rows.csv tells the workflow. */
  const writtenRows = () =>
    readAsStatesDoes(String([...s3.objects].find(([key]) => key.endsWith('rows.csv'))?.[1])).map(
      ({ row, content, stateItem = '' }) => {
        const { email, subject } = JSON.parse(stateItem);
        return { row, email: email.S, subject: subject.S, content };
      },
    );

  it('answers 202 with the summary, then 200 for the same file, and starts one campaign', async () => {
    const first = await postForm([['file', csv(CSV)]]);
    const again = await postForm([['file', csv(CSV, 'application/vnd.ms-excel'), 'renamed.csv']]);

    expect(first.status).toBe(202);
    expect(uploadAnswerSchema.parse(first.body)).toEqual(first.body);
    expect(first.body).toMatchObject({ total: 2, enqueued: 1, skipped: 1, campaignId: null, warnings: [] });
    expect((first.body as UploadAnswer).skippedRows).toMatchObject([{ row: 2, email: 'bad' }]);
    expect(again).toMatchObject({
      status: 200,
      body: { batchId: first.body.batchId, enqueued: 0, skipped: 2, total: 2, duplicate: true, skippedRows: [] },
    });
    expect(started).toEqual([first.body.batchId]);
  });

  it('answers the same file again with the counts of its campaign as they are', async () => {
    const store = createCampaignStore(table.control);
    const { batchId } = (await postForm([['file', csv(CSV)]])).body;
    const running = await postForm([['file', csv(CSV)]]);
    await createCampaignCounters(table.control).setSent(batchId, 1);
    const sent = await postForm([['file', csv(CSV)]]);
    const finalCounts = { PENDING: 0, QUEUED: 0, SENT: 0, ERROR: 1, unconfirmed: 1 };
    await store.update(batchId, { set: { status: 'SUCCEEDED', finalCounts } });
    const ended = await postForm([['file', csv(CSV)]]);

    expect(running.body.counts).toEqual({ PENDING: 1, QUEUED: 0, SENT: 0, ERROR: 0 });
    expect(sent.body.counts).toEqual({ PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 0 });
    expect(ended.body.counts).toEqual({ PENDING: 0, QUEUED: 0, SENT: 0, ERROR: 1 });
    expect(uploadAnswerSchema.parse(ended.body)).toEqual(ended.body);
  });

  it('answers a preflight as its schema says, stores nothing, and sends test mails', async () => {
    const form = async (...fields: [string, string][]) => {
      const data = new FormData();
      data.append('file', csv(CSV), 'file.csv');
      for (const [name, value] of fields) data.append(name, value);
      return send('POST /campaigns/preflight', await formRequest(data));
    };
    const checked = await form();
    const tested = await form(['testTo', 'me@example.com, you@example.com'], ['fromName', 'La tienda']);

    expect(preflightSchema.parse(checked.body)).toEqual(checked.body);
    expect(checked).toMatchObject({
      status: 200,
      body: { total: 2, enqueued: 1, skipped: 1, samples: [{ row: 1, to: 'ana@example.com', text: 'uno' }] },
    });
    expect(preflightSchema.parse(tested.body)).toEqual(tested.body);
    expect(tested.body).toMatchObject({
      from: { email: 'news@shop.example', name: 'La tienda' },
      tests: [{ to: 'me@example.com', messageId: expect.any(String) }, { to: 'you@example.com' }],
    });
    expect([started, [...s3.objects.keys()]]).toEqual([[], []]);
    expect(await form(['testTo', Array(6).fill('me@example.com').join()])).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('testTo: must be at most 5 addresses') },
    });
    expect(await form(['testTo', 'me'])).toMatchObject({ status: 400 });
    expect(
      await postForm([
        ['file', csv(CSV)],
        ['testTo', 'me@example.com'],
      ]),
    ).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('unknown field testTo') },
    });
  });

  it.each([
    ['spring sale.csv', 'spring sale.csv'],
    ['C:\\Users\\ana\\año.csv', 'año.csv'],
    ['\u202egnirps.csv', 'gnirps.csv'],
  ])('keeps the name of the file %j as %j, and the first subject', async (name, fileName) => {
    const { batchId } = (await postForm([['file', csv(CSV), name]])).body;

    expect(await createCampaignStore(table.control).get(batchId)).toMatchObject({ fileName, subject: 'Hola' });
  });

  it('accepts a quoted boundary and a body with any bytes', async () => {
    const boundary = 'a b?c';
    const body = Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n`),
      Buffer.from('\ufeffemail;subject;content\r\na@example.com;Olé;10 €\r\n', 'utf16le'),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);

    const { status } = await post({ headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` }, body });

    expect(status).toBe(202);
    expect(writtenRows()).toEqual([{ row: '1', email: 'a@example.com', subject: 'Olé', content: '10 €' }]);
  });

  it('accepts a file of exactly 4 MB', async () => {
    const head = 'email,subject,content,filler\na@example.com,S,x,';
    const { status } = await postForm([['file', csv(head + 'y'.repeat(4 * 1024 * 1024 - head.length))]]);

    expect(status).toBe(202);
  });

  it.each<[string, number, string, [string, string | Blob, string?][]]>([
    ['no file', 400, 'There is no file', [['campaignId', 'spring']]],
    ['an empty part without a chosen file', 400, 'There is no file', [['file', csv(''), '']]],
    ['text in place of a file', 400, 'holds text', [['file', CSV]]],
    ['a file in another field', 400, 'belongs in the field "file"', [['csv', csv(CSV)]]],
    [
      'two files',
      400,
      'more than one file',
      [
        ['file', csv(CSV)],
        ['file', csv(CSV)],
      ],
    ],
    [
      'two files in two fields',
      400,
      'more than one file',
      [
        ['file', csv(CSV)],
        ['other', csv(CSV)],
      ],
    ],
    ['an empty file', 400, 'empty', [['file', csv('')]]],
    [
      'a bad date',
      400,
      'sendAt',
      [
        ['file', csv(CSV)],
        ['sendAt', 'tomorrow'],
      ],
    ],
    [
      'a past date',
      400,
      'past',
      [
        ['file', csv(CSV)],
        ['sendAt', '2020-01-01T00:00:00Z'],
      ],
    ],
    [
      'a bad campaignId',
      400,
      'campaignId',
      [
        ['file', csv(CSV)],
        ['campaignId', 'Ä'],
      ],
    ],
    [
      'a mistyped field',
      400,
      'unknown field dryrun',
      [
        ['file', csv(CSV)],
        ['dryrun', 'true'],
      ],
    ],
    ['a header without subject', 400, '"subject"', [['file', csv('email,content\na@example.com,x\n')]]],
    ['an unclosed quote', 400, 'line 2', [['file', csv('email,subject,content\na@example.com,"S,x\n')]]],
    ['a NUL', 400, 'Line 2', [['file', csv('email,subject,content\na@example.com,S,x\0\n')]]],
    [
      'a row of 3 MB alone',
      400,
      '64 KB',
      [['file', csv(`email,subject,content\na@example.com,S,${'x'.repeat(3e6)}\n`)]],
    ],
    ['more than 4 MB', 413, 'POST /uploads', [['file', csv('x'.repeat(4 * 1024 * 1024 + 1))]]],
    ['a PNG', 415, 'PNG', [['file', csv(PNG, 'image/png'), 'cat.png']]],
    ['a PNG by another name', 415, 'PNG', [['file', csv(PNG), 'cat.csv']]],
  ])('%s: %i, and nothing is left behind', async (_name, status, words, parts) => {
    const answer = await postForm(parts);

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(problemSchema.parse(answer.body).detail.toLowerCase()).toContain(
      answer.status === 415 ? 'not a csv' : words.toLowerCase(),
    );
    expect(answer.body.error).toBe(answer.body.detail);
    expect(s3.objects.size).toBe(0);
    expect(started).toEqual([]);
    expect((await createCampaignStore(table.control).list({ limit: 1 })).campaigns).toEqual([]);
  });

  it.each<[string, number, Record<string, string>, string | undefined]>([
    ['no form', 415, { 'content-type': 'text/csv' }, CSV],
    ['no content type', 415, {}, CSV],
    ['no body', 400, { 'content-type': 'multipart/form-data; boundary=x' }, undefined],
    ['no boundary', 400, { 'content-type': 'multipart/form-data; charset=utf-8' }, CSV],
    ['a form that breaks off', 400, { 'content-type': 'multipart/form-data; boundary=x' }, '--x\r\nContent-Dis'],
    ['a compressed form', 415, { 'content-type': 'multipart/form-data; boundary=x', 'content-encoding': 'gzip' }, CSV],
  ])('a request with %s: %i', async (_name, status, headers, body) => {
    expect((await post({ headers, ...(body && { body: Buffer.from(body) }) })).status).toBe(status);
  });

  describe('a form that is damaged', () => {
    const FILE = 'Content-Disposition: form-data; name="file"; filename="c.csv"\r\nContent-Type: text/csv';
    const FIELD = 'Content-Disposition: form-data; name="dryRun"';
    const SUBJECT = 'Content-Disposition: form-data; name="subject"';
    const part = (header: string, content = CSV) => `--XX\r\n${header}\r\n\r\n${content}\r\n`;
    const TYPE = 'multipart/form-data; boundary=XX';
    const postRaw = (body: string, type = TYPE) =>
      post({ headers: { 'content-type': type }, body: Buffer.from(body, 'latin1') });

    it.each<[string, string, string, string?]>([
      // The body parser reports this one on the stream of the file, where nothing listens.
      ['in the content of the file', 'breaks off in part 1 ("file")', `--XX\r\n${FILE}\r\n\r\n${CSV.slice(0, 40)}`],
      ['in the header of the file', 'breaks off in part 1', `--XX\r\n${FILE}\r\n`],
      ['after a boundary', 'breaks off in part 2', `${part(FILE)}--XX`],
      ['in a field', 'breaks off in part 2 ("dryRun")', `${part(FILE)}--XX\r\n${FIELD}\r\n\r\ntr`],
      ['without a name', 'part 1 has no Content-Disposition', `${part('Content-Disposition: form-data')}--XX--\r\n`],
      ['without a header', 'header of part 1', `${part('')}--XX--\r\n`],
      ['with a header that is none', 'not "Name: value"', `${part(`${FILE}\r\nnonsense`)}--XX--\r\n`],
      [
        'with a misspelt header',
        'part 2 has no Content-Disposition',
        `${part(FILE)}${part('Content-Dispositon: form-data; name="dryRun"', 'true')}--XX--\r\n`,
      ],
      [
        'with a line break in a file name',
        'not "Name: value"',
        `${part('Content-Disposition: form-data; name="file"; filename="a\r\nb.csv"')}--XX--`,
      ],
      [
        'with the same field twice',
        '"dryRun" is there more than once',
        `${part(FILE)}${part(FIELD, 'true')}${part(FIELD, 'false')}--XX--\r\n`,
      ],
      [
        'with a huge field',
        '"dryRun" is longer than 1024 bytes',
        `${part(FILE)}${part(FIELD, 't'.repeat(2_000))}--XX--\r\n`,
      ],
      [
        'with a huge field name',
        'longer than 100 characters',
        `${part(FILE)}${part(FIELD.replace('dryRun', 'n'.repeat(200)), '1')}--XX--\r\n`,
      ],
      ['with a huge header', 'longer than 8 KB', `${part(`${FILE}\r\nX-A: ${'a'.repeat(9_000)}`)}--XX--\r\n`],
      ['with many parts', 'more than 20 parts', `${part(FILE).repeat(21)}--XX--\r\n`],
      [
        'with an encoded file',
        'part 1 ("file") is sent as base64',
        `${part(`${FILE}\r\nContent-Transfer-Encoding: base64`)}--XX--\r\n`,
      ],
      [
        'with another boundary',
        '"YY" of Content-Type is not in it',
        `${part(FILE)}--XX--\r\n`,
        'multipart/form-data; boundary=YY',
      ],
      ['with LF alone', 'line break (CRLF)', `${part(FILE)}--XX--\r\n`.replaceAll('\r', '')],
      ['without a boundary', 'boundary is missing', `${part(FILE)}--XX--\r\n`, 'multipart/form-data'],
      ['with an empty boundary', 'boundary is missing', `${part(FILE)}--XX--\r\n`, 'multipart/form-data; boundary='],
      ['with a long boundary', '1 to 70', CSV, `multipart/form-data; boundary=${'X'.repeat(71)}`],
      [
        'with a field that no form has',
        'unknown field __proto__',
        `${part(FILE)}${part(FIELD.replace('dryRun', '__proto__'), '1')}--XX--\r\n`,
      ],
      [
        'with a field in another encoding',
        '"subject" is not UTF-8',
        `${part(FILE)}${part(SUBJECT, 'Ol\xe9')}--XX--\r\n`,
      ],
      [
        'with a field whose bytes break off',
        '"subject" is not UTF-8',
        `${part(FILE)}${part(`${SUBJECT}\r\nContent-Type: text/plain; charset=utf-8`, 'Ol\xc3')}--XX--\r\n`,
      ],
    ])('%s is a 400 that says where', async (_name, words, body, type = TYPE) => {
      const answer = await postRaw(body, type);

      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'BadRequest', detail: expect.stringContaining(words) },
      });
      expect(started).toEqual([]);
    });

    it('is not one with a preamble, an epilogue and folded header lines', async () => {
      const folded = FILE.replace('; filename', ';\r\n filename');

      expect((await postRaw(`preamble\r\n${part(folded)}--XX--\r\nepilogue`)).status).toBe(202);
    });
  });

  it('takes templates for all rows, also of a text area, which has CRLF', async () => {
    const list = csv('email,name\nana@example.com,Ana\n');
    const [subject, content] = ['Hola {{name}}', 'Una carta.\nAdiós, {{name}}.'];
    const first = await postForm([
      ['file', list],
      ['subject', subject],
      ['content', content],
    ]);
    const again = await postForm([
      ['file', list],
      ['subject', subject],
      ['content', content.replaceAll('\n', '\r\n')],
    ]);

    expect(first).toMatchObject({ status: 202, body: { enqueued: 1 } });
    expect(again).toMatchObject({ status: 200, body: { batchId: first.body.batchId, duplicate: true } });
    expect(writtenRows()).toEqual([
      { row: '1', email: 'ana@example.com', subject: 'Hola Ana', content: 'Una carta.\nAdiós, Ana.' },
    ]);
  });

  it.each([
    [['content', 'x'.repeat(64 * 1024 + 1)], 'content: must have at most 64 KB'],
    [['content', '  '], 'content: must not be blank'],
    [['subject', 'x'.repeat(999)], 'subject: must have at most 998 characters'],
    [['fromName', 'x'.repeat(129)], 'fromName: must have at most 128 characters'],
    [['replyTo', 'ana'], 'replyTo: must be one email address'],
  ])('refuses a template or a sender that is not valid: %j', async ([name = '', value = ''], detail) => {
    const answer = await postForm([
      ['file', csv(CSV)],
      [name, value],
    ]);

    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(detail) } });
  });

  it('refuses the same file with another format, and names the batch', async () => {
    const first = await postForm([['file', csv(CSV)]]);
    const other = await postForm([
      ['file', csv(CSV)],
      ['format', 'html'],
    ]);

    expect(other).toMatchObject({ status: 409, body: { batchId: first.body.batchId, code: 'Conflict' } });
    expect(other.body.detail).toContain('format was text and is now html');
  });

  describe('the encoding', () => {
    const CYRILLIC = Buffer.from('email,subject,content\na@example.com,\xcf\xf0\xe8\xe2\xe5\xf2,\xc4\xe0\n', 'latin1');
    const withCharset = (type: string, fields: [string, string][] = []) => {
      const parts = fields.map(
        ([name, value]) => `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
      const head = `--B\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\nContent-Type: ${type}\r\n\r\n`;
      const body = Buffer.concat([Buffer.from(parts.join('') + head), CYRILLIC, Buffer.from('\r\n--B--\r\n')]);
      return { headers: { 'content-type': 'multipart/form-data; boundary=B' }, body };
    };

    it.each(['windows-1251', 'CP1251', ' x-cp1251 '])('is named by the label %s', async (label) => {
      const { status } = await postForm([
        ['file', csv(CYRILLIC)],
        ['encoding', label],
      ]);

      expect(status).toBe(202);
      expect(writtenRows()).toMatchObject([{ subject: 'Привет', content: 'Да' }]);
    });

    it.each(['text/csv; charset=windows-1251', 'text/csv; header=present; charset="Windows-1251"'])(
      'is named by the type of the part: %s',
      async (type) => {
        expect((await post(withCharset(type))).status).toBe(202);
        expect(writtenRows()).toMatchObject([{ subject: 'Привет', content: 'Да' }]);
      },
    );

    it('is named by the field rather than by the type of the part', async () => {
      expect((await post(withCharset('text/csv; charset=koi8-r', [['encoding', 'windows-1251']]))).status).toBe(202);
      expect(writtenRows()).toMatchObject([{ subject: 'Привет', content: 'Да' }]);
    });

    it('is requested if none is plausible', async () => {
      const { status, body } = await postForm([['file', csv(CYRILLIC)]]);

      expect(status).toBe(400);
      expect(body.detail).toMatch(/field "encoding".*windows-1251/);
      expect(s3.objects.size).toBe(0);
    });

    it.each<[string, () => Promise<{ status: unknown; body: { detail: string } }>]>([
      [
        'by the field',
        () =>
          postForm([
            ['file', csv(CSV)],
            ['encoding', 'cp437'],
          ]),
      ],
      ['by the type of the part', () => post(withCharset('text/csv; charset=cp437'))],
    ])('is refused and named if it is unknown: %s', async (_name, send) => {
      const { status, body } = await send();

      expect(status).toBe(400);
      expect(body.detail).toContain('"cp437" is not a known encoding');
    });

    it('makes another option of the same file: 409 with the batch and both encodings', async () => {
      const first = await postForm([
        ['file', csv(CYRILLIC)],
        ['encoding', 'windows-1251'],
      ]);
      const again = await postForm([
        ['file', csv(CYRILLIC)],
        ['encoding', 'cp1251'],
      ]);
      const other = await postForm([
        ['file', csv(CYRILLIC)],
        ['encoding', 'koi8-r'],
      ]);
      const none = await postForm([['file', csv(CYRILLIC)]]);

      expect(again).toMatchObject({ status: 200, body: { batchId: first.body.batchId, duplicate: true } });
      expect(other).toMatchObject({ status: 409, body: { batchId: first.body.batchId } });
      expect(other.body.detail).toContain('encoding was windows-1251 and is now koi8-r');
      expect(none).toMatchObject({ status: 409 });
      expect(none.body.detail).toContain('is now not given');
      expect(started).toEqual([first.body.batchId]);
    });

    it('of a file that named none may be named when it comes again', async () => {
      const first = await postForm([['file', csv(CSV)]]);
      const again = await postForm([
        ['file', csv(CSV)],
        ['encoding', 'utf8'],
      ]);
      const other = await postForm([
        ['file', csv(CSV)],
        ['encoding', 'latin1'],
      ]);

      expect(again).toMatchObject({ status: 200, body: { batchId: first.body.batchId } });
      expect(other).toMatchObject({ status: 409, body: { batchId: first.body.batchId } });
    });
  });

  it('masks an internal error, and the next upload of the file starts the campaign', async () => {
    failing = new Error('arn:aws:secret');

    const broken = await postForm([['file', csv(CSV)]]);
    failing = undefined;
    const healed = await postForm([['file', csv(CSV)]]);

    expect(broken.status).toBe(500);
    expect(JSON.stringify(broken.body)).not.toContain('arn:aws');
    expect(broken.body.requestId).toBe('request-1');
    expect(healed.status).toBe(200);
    expect(started).toEqual([healed.body.batchId]);
  });
});
