import { CSV, csv, uploading } from './uploading.ts';

describe('the form of POST /upload', () => {
  const { started, post, postForm, writtenRows, objects } = uploading();

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
      expect(objects().size).toBe(0);
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
});
