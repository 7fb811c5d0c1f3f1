import { preflightSchema } from '../../../api/preflight.ts';
import { problemSchema } from '../../../api/problem.ts';
import { type UploadAnswer, uploadAnswerSchema } from '../../../api/upload.ts';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { formRequest } from '../support/http.ts';
import { CSV, csv, uploading } from './uploading.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

describe('POST /upload', () => {
  const { started, send, post, postForm, writtenRows, objects, control, failStarts } = uploading();

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
    const store = createCampaignStore(control());
    const { batchId } = (await postForm([['file', csv(CSV)]])).body;
    const running = await postForm([['file', csv(CSV)]]);
    await createCampaignCounters(control()).setExact(batchId, {
      PENDING: 0,
      QUEUED: 0,
      SENT: 1,
      ERROR: 0,
      unconfirmed: 0,
    });
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
    expect([started, [...objects().keys()]]).toEqual([[], []]);
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

    expect(await createCampaignStore(control()).get(batchId)).toMatchObject({ fileName, subject: 'Hola' });
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
    expect(objects().size).toBe(0);
    expect(started).toEqual([]);
    expect((await createCampaignStore(control()).list({ limit: 1 })).campaigns).toEqual([]);
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
    [['subject', '  '], 'subject: must not be blank'],
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

  it('masks an internal error, and the next upload of the file starts the campaign', async () => {
    failStarts(new Error('arn:aws:secret'));

    const broken = await postForm([['file', csv(CSV)]]);
    failStarts(undefined);
    const healed = await postForm([['file', csv(CSV)]]);

    expect(broken.status).toBe(500);
    expect(JSON.stringify(broken.body)).not.toContain('arn:aws');
    expect(broken.body.requestId).toBe('request-1');
    expect(healed.status).toBe(200);
    expect(started).toEqual([healed.body.batchId]);
  });
});
