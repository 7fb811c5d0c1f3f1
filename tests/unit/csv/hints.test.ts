import { readAll } from './support.ts';

/** What the author of a file can do about it stands in the error. */
const refusal = async (file: string | Uint8Array) =>
  String(
    await readAll(file).then(
      () => '',
      (error) => error.message,
    ),
  );
const HEADER = 'email,subject,content\n';

describe('a header without its columns', () => {
  it.each([
    ['the first line', 'name,subject,content\n', 1],
    ['blank lines above it', '\r\n  \r\nname,subject,content\r\n', 3],
    ['lines of empty cells above it', ',,\n"","",""\nname,subject,content\n', 3],
    ['lines of invisible characters above it', '\u200b\n\u00ad,\nname,subject,content\n', 3],
    ["Excel's line above it", 'sep=;\nname;subject;content\n', 2],
    ['a byte order mark, and a blank line above it', '\ufeff\nname,subject,content\n', 2],
    ['a name that stands twice below a blank line', '\nemail,email,subject,content\n', 2],
  ])('is told by its line: %s', async (_name, header, line) => {
    await expect(readAll(`${header}ana@example.com,Hi,Hello\n`)).rejects.toMatchObject({
      code: 'InvalidCsv',
      extra: { line },
    });
  });

  it.each([
    [
      'lines that are one quoted cell each',
      '"email,subject,content"\n"ana@example.com,Hi,""Hello, you"""\n',
      'The whole line is one quoted cell',
    ],
    [
      'the same with semicolons',
      '"email;subject;content"\r\n"ana@example.com;Hi;Hello"\r\n',
      'The whole line is one quoted cell',
    ],
    [
      'the same, saved again by a spreadsheet',
      '"email,subject,content",,\n"ana@example.com,Hi,Hello",,\n',
      'The whole line is one quoted cell',
    ],
    ['another delimiter', 'email:subject:content\nana@example.com:Hi:Hello\n', 'must be separated by a comma'],
    [
      'two characters between cells',
      'email^^subject^^content\nana@example.com^^Hi^^Hello\n',
      'must be separated by a comma',
    ],
    [
      'a comma of another script',
      'email，subject，content\nana@example.com，Hi，Hello\n',
      'must be separated by a comma',
    ],
    [
      'single quotes',
      "'email','subject','content'\n'ana@example.com','Hi','Hello'\n",
      'must be straight double quotes',
    ],
    [
      'typographic quotes',
      '“email”;“subject”;“content”\n“ana@example.com”;“Hi”;“Hello”\n',
      'must be straight double quotes',
    ],
    ['no header', 'ana@example.com,Hi,Hello\nbob@example.com,Hi,Hello\n', 'looks like a row'],
    ['no header, names in the addresses', 'Ana <ana@example.com>;Hi;Hello\n', 'looks like a row'],
    ['a title above it', `Customers of 2026\n\n${HEADER}ana@example.com,Hi,Hello\n`, 'delete the lines above it'],
    [
      'a note above it, other delimiter',
      '# export\nemail;subject;content\nana@example.com;Hi;Hello\n',
      'delete the lines above it',
    ],
    [
      'names of other tools',
      'E-mail,Subject,Body\nana@example.com,Hi,Hello\n',
      'Rename the column "e-mail" to "email" and "body" to "content".',
    ],
    [
      'names in another language',
      'Correo electrónico,Asunto,Mensaje\nana@example.com,Hi,Hello\n',
      '"correo electrónico" to "email" and "asunto" to "subject" and "mensaje" to "content"',
    ],
    ['an underscore', 'email_address,subject,content\nana@example.com,Hi,Hello\n', '"email_address" to "email"'],
  ])('says how to mend it: %s', async (_name, file, hint) => {
    expect(await refusal(file)).toMatch(/^The header lacks the column /);
    expect(await refusal(file)).toContain(hint);
  });

  it('says no more than what is missing where nothing else is known', async () => {
    expect(await refusal('name,phone\nAna,123\n')).toMatch(/it has "name", "phone"\.$/);
  });
});

describe('a row', () => {
  it.each([
    ['in quotes as a whole', '"ana@example.com,Hi,""Hello, you"""', 'is one cell'],
    ['with another delimiter than the header', 'ana@example.com;Hi;Hello', 'is one cell'],
    ['whose address has a quoted name', '"""ana b""@example.com",Hi,Hello', 'no name in quotes before "@"'],
    ['whose address is at a number', 'ana@[192.0.2.1],Hi,Hello', 'its domain is an IP address'],
    ['whose address ends with a dot', 'ana@example.com.,Hi,Hello', 'a dot at the wrong place'],
    ['whose address has two dots', 'ana..b@example.com,Hi,Hello', 'a dot at the wrong place'],
    ['whose name is too long', `${'a'.repeat(65)}@example.com,Hi,Hello`, 'it has 65 characters before "@"'],
    ['with several addresses', '"ana@example.com,bob@example.com",Hi,Hello', 'more than one email address'],
  ])('says what is wrong: %s', async (_name, row, reason) => {
    const { skippedRows, rows } = await readAll(`${HEADER}${row}\nzed@example.com,Hi,Hello\n`);
    expect(skippedRows).toEqual([expect.objectContaining({ row: 1, reason: expect.stringContaining(reason) })]);
    expect(rows).toHaveLength(1);
  });

  it('may have its comment before the address', async () => {
    expect((await readAll(`${HEADER}(Ana) ana@example.com,Hi,Hello\n`)).rows).toMatchObject([
      { email: 'ana@example.com' },
    ]);
  });
});

describe('cells that a program wrote as formulas, so that a spreadsheet takes them for text', () => {
  it('are the text', async () => {
    const { rows } = await readAll(`${HEADER}"=""ana@example.com""","=""007""","=""Hello, you"""\n`);
    expect(rows).toMatchObject([{ email: 'ana@example.com', subject: '007', content: 'Hello, you' }]);
  });

  it('are any other text as it stands', async () => {
    const { rows } = await readAll(`${HEADER}ana@example.com,=1+1,"=""a"" & ""b"""\n`);
    expect(rows).toMatchObject([{ subject: '=1+1', content: '="a" & "b"' }]);
  });

  it('say what to write where the cell itself has no quotes', async () => {
    expect(await refusal(`${HEADER}="ana@example.com",Hi,Hello\n`)).toMatch(
      /^Line 2 .*write "text" in place of ="text"\.$/,
    );
  });
});

describe('old encodings', () => {
  const spanish = 'Mañana será otro día; ¿cómo está?';
  /** Code page 850, and Mac Roman. */
  const inBytes = (letters: Record<string, number>) =>
    Buffer.from(
      [...`${HEADER}ana@example.com,Hola,${spanish}\n`].map((letter) => letters[letter] ?? letter.charCodeAt(0)),
    );
  const DOS = { á: 0xa0, é: 0x82, í: 0xa1, ó: 0xa2, ñ: 0xa4, '¿': 0xa8 };
  const MAC = { á: 0x87, é: 0x8e, í: 0x92, ó: 0x97, ñ: 0x96, '¿': 0xc0 };

  it('of DOS is named by how Excel calls it', async () => {
    expect(await refusal(inBytes(DOS))).toContain('"CSV (MS-DOS)"');
  });

  it('of the Mac is not mailed with daggers for accents', async () => {
    expect(await refusal(inBytes(MAC))).toContain('macintosh');
  });

  it('are not seen in daggers that lead to a note', async () => {
    const text = Buffer.from(`${HEADER}ana@example.com,Hi,Price\x86 and size\x87 \x86 with tax \x87 in cm\n`, 'latin1');
    expect((await readAll(text)).rows).toMatchObject([{ content: 'Price† and size‡ † with tax ‡ in cm' }]);
  });
});
