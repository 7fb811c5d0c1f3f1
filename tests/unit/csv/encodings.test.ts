import { encode, ICU_LANGUAGES, namesIn, OTHER_TEXTS, WESTERN_TEXTS } from './languages.ts';
import { quoted, readAll, utf16 } from './support.ts';

const fileOf = (content: string) => `email,subject,content\nana@example.com,Hi,${quoted(content)}\n`;
const western = Object.entries(WESTERN_TEXTS).flatMap(([language, texts]) => texts.map((text) => [language, text]));
const others = Object.entries(OTHER_TEXTS).flatMap(([language, [encodings, text]]) =>
  encodings.map((encoding) => [language, encoding, text] as const),
);

describe('a file in an encoding that nothing names', () => {
  it.each(western)('is read as Windows-1252 where it is %s: %s', async (_language, text) => {
    const { rows, warnings } = await readAll(encode(fileOf(text ?? ''), 'windows-1252'));

    expect(rows[0]?.content).toBe(text);
    expect(warnings).toEqual([expect.stringContaining('read as Windows-1252')]);
  });

  it.each(others)('is refused where it is %s in %s, and likely encodings are named', async (_name, encoding, text) => {
    const error = await readAll(encode(fileOf(text), encoding)).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'InvalidCsv', status: 400, extra: { line: 2 } });
    const { message, extra } = error as { message: string; extra: { likelyEncodings: string[] } };
    expect(message).toContain('the field "encoding"');
    const named = extra.likelyEncodings.map((name) => new TextDecoder(name).decode(encode(text, encoding)));
    expect(named).toContain(new TextDecoder(encoding).decode(encode(text, encoding)));
    for (const name of extra.likelyEncodings) expect(message).toContain(name);
  });

  it.each(ICU_LANGUAGES)('is told by the names of countries and days in %s in %s', async (locale, encoding) => {
    const reading = readAll(encode(fileOf(namesIn(locale)), encoding));

    if (encoding === 'windows-1252') await expect(reading).resolves.toMatchObject({ enqueued: 1 });
    else await expect(reading).rejects.toMatchObject({ code: 'InvalidCsv' });
  });

  it.each(['Анна', 'Иван', 'Оля', 'Ева', 'Дима', 'Саша', 'Мария', 'Ольга', 'Яна', 'Юлия', 'Наталья', 'Павел'])(
    'is refused where the only word beyond ASCII is %s',
    async (name) => {
      for (const encoding of ['windows-1251', 'koi8-r']) {
        await expect(readAll(encode(fileOf(`Hi ${name}, hello`), encoding))).rejects.toMatchObject({
          code: 'InvalidCsv',
        });
      }
    },
  );

  it('is refused by its few lines in another encoding among many in ASCII', async () => {
    const ascii = Array.from({ length: 5_000 }, (_, n) => `user${n}@example.com,Hi,Hello there\n`).join('');
    const file = Buffer.concat([
      Buffer.from(`email,subject,content\n${ascii}`),
      encode('ana@example.com,Привет,Здравствуйте\n', 'windows-1251'),
    ]);

    await expect(readAll(file, { maxRows: 6_000 })).rejects.toMatchObject({ extra: { line: 5_002 } });
  });

  it('is refused where it is Japanese in seven bits', async () => {
    const file = Buffer.from('email,subject,content\na@example.com,\x1b$B$3$s$K$A$O\x1b(B,x\n');

    await expect(readAll(file)).rejects.toMatchObject({ extra: { likelyEncodings: ['iso-2022-jp'] } });
  });

  it.each([true, false])('is refused where it is UTF-32, with or without its mark: %s', async (hasMark) => {
    for (const write of ['writeUInt32LE', 'writeUInt32BE'] as const) {
      const characters = [...(hasMark ? '\ufeff' : ''), ...fileOf('Привет, 🙂')];
      const file = Buffer.alloc(characters.length * 4);
      for (const [n, character] of characters.entries()) file[write](character.codePointAt(0) ?? 0, n * 4);

      await expect(readAll(file)).rejects.toMatchObject({ status: 400, message: expect.stringContaining('UTF-32') });
    }
  });

  it.each([
    ['utf-16le', Buffer.from(fileOf('Привет'), 'utf16le')],
    ['utf-16be', Buffer.from(fileOf('Привет'), 'utf16le').swap16()],
  ])('is refused where it is %s without its mark', async (encoding, file) => {
    await expect(readAll(file)).rejects.toMatchObject({ status: 400, extra: { likelyEncodings: [encoding] } });
    expect((await readAll(file, { encoding })).rows[0]?.content).toBe('Привет');
  });
});

describe('a file whose encoding is named', () => {
  it.each(others)('is read where it is %s in %s, wherever the chunks are cut', async (_language, encoding, text) => {
    const file = encode(fileOf(text), encoding);
    const expected = new TextDecoder(encoding).decode(encode(text, encoding));

    for (const sliceBytes of [1, 2, 3, 64]) {
      const { rows, warnings } = await readAll(file, { encoding, sliceBytes });
      expect(rows).toMatchObject([{ content: expected }]);
      expect(warnings).toEqual([]);
    }
  });

  it('is read by its byte order mark where that says otherwise', async () => {
    const { rows } = await readAll(utf16(fileOf('Привет'), 'le'), { encoding: 'windows-1251' });

    expect(rows[0]?.content).toBe('Привет');
  });

  it('is read as named, with a warning, where its bytes are valid UTF-8', async () => {
    const { rows, warnings } = await readAll(Buffer.from(fileOf('é')), { encoding: 'windows-1252' });

    expect(rows[0]?.content).toBe('Ã©');
    expect(warnings[0]).toContain('valid UTF-8');
  });

  it.each([
    ['utf-8', Buffer.concat([Buffer.from('email,subject,content\na@example.com,A,'), Buffer.from([0xe9, 0x0a])]), 2],
    [
      'shift_jis',
      Buffer.from('email,subject,content\na@example.com,A,\x83A\r\nb@example.com,B,\x83\x20\n', 'latin1'),
      3,
    ],
    ['gbk', Buffer.from('email,subject,content\ra@example.com,A,\xc4\xe3\rb@example.com,B,\xff\r', 'latin1'), 3],
    ['euc-kr', Buffer.from('email,subject,content\na@example.com,A,\xbe', 'latin1'), 2],
  ])('is refused with the line of bytes that are not valid %s', async (encoding, file, line) => {
    for (const sliceBytes of [1, 3, 4096]) {
      await expect(readAll(file, { encoding, sliceBytes })).rejects.toMatchObject({
        code: 'InvalidCsv',
        extra: { line },
        message: expect.stringContaining(encoding === 'utf-8' ? 'UTF-8' : encoding),
      });
    }
  });
});
