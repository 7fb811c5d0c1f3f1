import fc from 'fast-check';
import { readAll, utf16 } from './support.ts';

/** Files as spreadsheets, databases and people really write them. */
const rowsOf = async (file: string | Uint8Array) => (await readAll(file)).rows.map(({ email }) => email);
const HEADER = 'email,subject,content\n';

describe('the header and the rows come from one parse', () => {
  it.each([
    ['tabs, an index column without a name', '\temail\tsubject\tcontent\n0\tana@example.com\tHi\tHello\n'],
    [
      'the same with CRLF and blank lines first',
      '\r\n\r\n\temail\tsubject\tcontent\r\n0\tana@example.com\tHi\tHello\r\n',
    ],
    ['the same with semicolons', ';email;subject;content\n0;ana@example.com;Hi;Hello\n'],
    ['the same with pipes', '|email|subject|content|\n|ana@example.com|Hi|Hello|\n'],
    ['columns without a name at the end', 'email,subject,content,,\nana@example.com,Hi,Hello,x,\n'],
  ])('%s', async (_name, file) => {
    const { rows, skipped, warnings } = await readAll(file);

    expect(rows).toEqual([{ row: 1, email: 'ana@example.com', subject: 'Hi', content: 'Hello' }]);
    expect(skipped).toBe(0);
    expect(warnings).toEqual([expect.stringContaining('without a name')]);
  });

  it('tabs in UTF-16, as Excel saves "Unicode text"', async () => {
    expect(await rowsOf(utf16('\temail\tsubject\tcontent\r\n\tana@example.com\tHi\tHello\r\n', 'le'))).toEqual([
      'ana@example.com',
    ]);
  });

  it.each([
    ['before the header', `,,\n${HEADER}ana@example.com,Hi,Hello\nbob@example.com,Hi,Hello\n`],
    ['many before the header', `,,\n , ,\n"",,\n${HEADER}ana@example.com,Hi,Hello\nbob@example.com,Hi,Hello\n`],
    [
      'between rows and at the end',
      `${HEADER},,\nana@example.com,Hi,Hello\n,,\n , , \nbob@example.com,Hi,Hello\n,,,,\n`,
    ],
    ['of quotes', `"","",""\n${HEADER}ana@example.com,Hi,Hello\n"",""," "\nbob@example.com,Hi,Hello\n`],
    ['of invisible characters', `${HEADER}ana@example.com,Hi,Hello\n\u200b,\u00a0,\ufeff\nbob@example.com,Hi,Hello\n`],
    ['of another width', `;;;;\nemail;subject;content\n;\nana@example.com;Hi;Hello\n;;;;\nbob@example.com;Hi;Hello\n`],
  ])('rows with nothing in their cells are blank lines: %s', async (_name, file) => {
    const { rows, total, skipped } = await readAll(file);

    expect([total, skipped]).toEqual([2, 0]);
    expect(rows.map(({ row, email }) => [row, email])).toEqual([
      [1, 'ana@example.com'],
      [2, 'bob@example.com'],
    ]);
  });

  it.each([
    ['in the header', '"email", "subject", "content"\n"ana@example.com", "Hi", "Hello, you"\n'],
    ['in the rows only', `${HEADER}"ana@example.com", "Hi", "Hello, you"\n`],
    ['behind the quotes', `"email" ,"subject" ,"content" \n"ana@example.com" ,"Hi" ,"Hello, you"  \r\n`],
    ['with semicolons', 'email; "subject";\t"content"\nana@example.com; "Hi";  "Hello, you"\n'],
    ['with tabs', '"email"\t "subject" \t "content"\n"ana@example.com" \t "Hi"\t "Hello, you"\n'],
    [
      'before and behind, in columns',
      ' "email"          , "subject"  , "content"\n "ana@example.com", "Hi"       , "Hello, you"\n',
    ],
    [
      'at the start of the file, behind a mark',
      '\ufeff "email", "subject", "content"\n"ana@example.com","Hi","Hello, you"',
    ],
  ])('space around quoted cells is ignored: %s', async (_name, file) => {
    expect((await readAll(file)).rows).toEqual([
      { row: 1, email: 'ana@example.com', subject: 'Hi', content: 'Hello, you' },
    ]);
  });

  it('takes columns padded with spaces', async () => {
    const { rows, skipped } = await readAll(
      'email            , subject  , content      , meta\nana@example.com  , Hi       , Hello {{meta}}  , "{""a"": true}"\n',
    );

    expect(skipped).toBe(0);
    expect(rows).toEqual([{ row: 1, email: 'ana@example.com', subject: 'Hi', content: 'Hello {"a": true}' }]);
  });

  it.each([
    ['sep=;', ';'],
    ['SEP=;', ';'],
    ['"sep=;"', ';'],
    ['sep=,', ','],
    ['sep=\t', '\t'],
    ['sep=\\t', '\t'],
    ['sep=|', '|'],
    ['sep=^', '^'],
    ['sep=:', ':'],
    ['\ufeffsep=;', ';'],
    ['sep=;;;', ';'],
    ['\r\nsep=;', ';'],
  ])("Excel's line %j sets the delimiter and is no data", async (line, delimiter) => {
    const rows = [
      ['email', 'subject', 'content'],
      ['ana@example.com', 'Hi', 'Hello'],
    ];
    const file = `${line}\r\n${rows.map((cells) => cells.join(delimiter)).join('\r\n')}\r\n`;

    for (const bytes of [Buffer.from(file), utf16(file.replace('\ufeff', ''), 'le')]) {
      expect((await readAll(bytes)).rows).toEqual([
        { row: 1, email: 'ana@example.com', subject: 'Hi', content: 'Hello' },
      ]);
    }
  });

  it('a delimiter that Excel says wins over the one that the header looks like', async () => {
    await expect(readAll('sep=;\nemail,subject,content\na@example.com,S,x\n')).rejects.toThrow('lacks the column');
  });

  it('says the line of a quote that does not match in the header itself', async () => {
    await expect(readAll('\n"email,subject,content\na@example.com,S,x\n')).rejects.toMatchObject({
      extra: { line: 2 },
    });
  });

  it('finds the header in spite of a fault behind it, and says the line of the fault', async () => {
    await expect(readAll('email;subject;content\na@example.com;S;"x\n')).rejects.toMatchObject({ extra: { line: 2 } });
  });
});

describe('cells at the end of a row', () => {
  it.each([
    ['extra empty ones', `${HEADER}ana@example.com,Hi,Hello,,\nbob@example.com,Hi,Hello,"", ,\n`, 2],
    [
      'missing ones that nothing uses',
      'email,subject,content,name,notes\nana@example.com,Hi,Hello,Ana\nbob@example.com,Hi,Hello\n',
      2,
    ],
  ])('%s are no fault', async (_name, file, count) => {
    const { enqueued, skipped } = await readAll(file);

    expect([enqueued, skipped]).toEqual([count, 0]);
  });

  it.each([
    [
      'a missing one that a variable uses',
      'email,subject,content,name\nana@example.com,Hi,Hello {{name}}\nbob@example.com,Hi,x,B\n',
      'variable_missing',
    ],
    ['a missing one that is required', 'subject,content,email\nHi,Hello\nHi,x,bob@example.com\n', 'email_missing'],
    ['an extra one with text', `${HEADER}ana@example.com,Hi,Hello, you\nbob@example.com,Hi,x\n`, 'too_many_cells'],
    [
      'an extra one with text behind an empty one',
      `${HEADER}ana@example.com,Hi,Hello,,x\nbob@example.com,Hi,x\n`,
      'too_many_cells',
    ],
  ])('%s skips the row', async (_name, file, code) => {
    expect((await readAll(file)).skippedRows).toMatchObject([{ row: 1, code }]);
  });
});

describe('invisible characters', () => {
  it.each([
    '\u200b',
    '\u00a0',
    '\ufeff',
    '\u2060',
    '\u00ad',
    '\u200e',
    '\u200d',
    '\u2061',
    '\u180e',
    '\u3000',
    '\u0085',
  ])('%j at the ends of an address, a header, a tag and a cell is removed', async (invisible) => {
    const around = (text: string) => `${invisible}${text}${invisible}`;
    const file = [
      ['email', 'subject', 'content', 'name'].map(around).join(','),
      [around('ana@example.com'), around('Hi'), around(`Hello {{${around('name')}}}`), around('Ana')].join(','),
    ].join('\n');

    expect((await readAll(file)).rows).toEqual([
      { row: 1, email: 'ana@example.com', subject: 'Hi', content: 'Hello Ana' },
    ]);
  });

  it('are removed in pairs, as a copied address has them', async () => {
    expect(await rowsOf(`${HEADER}\u202aana@example.com\u202c,Hi,x\n\u2068bob@example.com\u2069\u200b,Hi,x\n`)).toEqual(
      ['ana@example.com', 'bob@example.com'],
    );
  });

  it('stay where they change how the character before them looks', async () => {
    const { rows } = await readAll(`${HEADER}ana@example.com,I \u2764\ufe0f,\u{1f3f4}\u{e0067}\u{e007f}\n`);

    expect(rows[0]).toMatchObject({ subject: 'I \u2764\ufe0f', content: '\u{1f3f4}\u{e0067}\u{e007f}' });
  });

  it.each([
    ['eve@exam\u00adple.com', 'U+00AD (soft hyphen)'],
    ['e\u200bve@example.com', 'U+200B (zero width space)'],
    ['eve@example\u200d.com', 'U+200D (zero width joiner)'],
    ['eve\u00a0x@example.com', 'U+00A0 (no-break space)'],
    ['eve x@example.com', 'U+0020 (space)'],
    ['\u0435ve@example.com', 'U+0435 ("\u0435")'],
    ['ev\u0301e@example.com', 'U+0301'],
    ['eve\uff20example.com', 'U+FF20 ("\uff20")'],
    ['eve\u0007@example.com', 'U+0007'],
  ])('inside an address are named: %j', async (address, named) => {
    const { skippedRows } = await readAll(`${HEADER}${address},Hi,x\ngood@example.com,Hi,x\n`);

    expect(skippedRows).toMatchObject([{ code: 'email_invalid', reason: expect.stringContaining(named) }]);
  });

  it.each([
    'a@example.com;b@example.com',
    '"a@example.com, b@example.com"',
    'a@example.com b@example.com',
    'a@example.com / b@example.com',
    '"Ana <a@example.com>, Bob <b@example.com>"',
    '"a@example.com\nb@example.com"',
  ])('are not what is wrong with several addresses in one cell: %j', async (cell) => {
    const { skippedRows } = await readAll(`${HEADER}${cell},Hi,x\ngood@example.com,Hi,x\n`);

    const reason = expect.stringContaining('more than one email address');
    expect(skippedRows).toMatchObject([{ code: 'email_invalid', reason }]);
  });

  it('make no difference between names, nor does the form of an accent or the case', async () => {
    const file = 'email,subject,content,a\u0301ge,\u00c9cole\nana@example.com,Hi,{{\u00c1GE}} {{e\u0301cole}},7,X\n';

    expect((await readAll(file)).rows[0]?.content).toBe('7 X');
  });

  it('cost time in proportion to their number', async () => {
    const spaces = ' '.repeat(50_000);
    const started = process.cpuUsage().user;
    await readAll(
      `${HEADER}ana@example.com,Hi,"x${spaces}x${'\u200b'.repeat(1_000)}x"\nb@example.com,Hi,"{{${spaces}"\n`,
    );

    expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
  });
});

describe('addresses', () => {
  const read = (cell: string) => readAll(`${HEADER}"${cell.replaceAll('"', '""')}",Hi,x\ngood@example.com,Hi,x\n`);

  it.each([
    '"Ana" <ana@example.com>',
    'Ana Smith <ana@example.com>',
    '"Smith, Ana" <ana@example.com>',
    'ana@example.com <ana@example.com>',
    '<ana@example.com>',
    '< ana@example.com >',
    'mailto:ana@example.com',
    'MAILTO:ana@example.com?subject=Hi',
    'SMTP:ana@example.com',
    'mailto:ana%40example.com',
    'mailto://ana@example.com',
    'Ana <mailto:ana@example.com>',
    'ana@example.com,',
    'ana@example.com;',
    'Ana <ana@example.com>; ',
    "'ana@example.com",
    "'ana@example.com'",
    '"ana@example.com"',
    '“ana@example.com”',
    'ana@example.com (Ana)',
    '\u200b<\u200bana@example.com\u200b>\u200b',
  ])('%j is taken out of what is around it', async (cell) => {
    expect((await read(cell)).rows[0]?.email).toBe('ana@example.com');
  });

  it.each([
    'ana@example.com, bob@example.com',
    'ana@example.com; Bob <bob@example.com>',
    'Ana <ana@example.com>, Bob <bob@example.com>',
    'Ana <>',
    'Ana <ana>',
    'mailto:',
    '<<ana@example.com',
    'ana@example.com bob@example.com',
  ])('%j is no address', async (cell) => {
    const { skippedRows } = await read(cell);

    expect(skippedRows).toMatchObject([{ row: 1, email: cell, code: 'email_invalid' }]);
  });

  it.each([
    "o'brien@example.ie",
    'ana+tag@example.com',
    'user@exämple.com',
    'user@bücher.example',
    'user@例え.テスト',
    'user@xn--exmple-cua.com',
    'USER@EXÄMPLE.COM',
  ])('%s is sent to, and shown as given', async (address) => {
    expect((await read(address)).rows[0]?.email).toBe(address);
  });

  it.each([
    'user@exämple.com/path',
    'user@exämple.com?x',
    'user@exämple.com#x',
    'user@exämple.com:25',
    'user@exä mple.com',
    'user@ä',
    'us\u00e9r@exämple.com',
    'user@ex_ä.com',
    'user@xn--ä.com',
  ])('%s is no address', async (address) => {
    expect((await read(address)).skippedRows).toMatchObject([{ code: 'email_invalid' }]);
  });

  it('of one mailbox are one, in whichever form', async () => {
    const { rows, skippedRows } = await readAll(
      `${HEADER}a@exämple.com,1,x\nA@xn--exmple-cua.com,2,x\nAna <a@EXÄMPLE.com>,3,x\na+b@exämple.com,4,x\n`,
    );

    expect(rows.map(({ row }) => row)).toEqual([1, 4]);
    expect(skippedRows.map(({ code }) => code)).toEqual(['duplicate_address', 'duplicate_address']);
  });

  it('are counted in the form that is sent', async () => {
    const long = `${'a'.repeat(20)}@${`ä${'b'.repeat(26)}.`.repeat(8)}com`;

    expect((await read(long)).skippedRows).toMatchObject([{ code: 'email_too_long' }]);
  });
});

describe('tags', () => {
  const read = (content: string, subject = 'Hi', format: 'text' | 'html' = 'text') => {
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const file = `email,subject,content,name,First Name\na@example.com,${cell(subject)},${cell(content)},Ana,Ana\nb@example.com,Hi,x,Bob,Bob\n`;
    return readAll(file, { format });
  };

  it.each([
    ['{{{name}}}', '{{{name}}}'],
    ['Dear {{{ name }}}, hello', '{{{ name }}}'],
    ['Dear {{name', '{{name'],
    ['Dear name}}', 'name}}'],
    ['Dear {{name}', '{{name}'],
    ['Dear {name}}', '{name}}'],
    ['{{name}} and {{', '{{'],
    ['{{#if name}}{{{name}}{{/if}}', '{{#if name}}'],
    ['{{name}}}', '{{name}}}'],
    ['{{ {name} }}', '{{ {name} }}'],
    ['{{na{{name}}me}}', '{{na{{name}}'],
    ['a }} b {{name}}', '}}'],
  ])('%j skips the row and is named', async (content, tag) => {
    for (const { skippedRows } of [await read(content), await read('x', content)]) {
      expect(skippedRows).toHaveLength(1);
      expect(skippedRows[0]?.reason).toContain(tag.includes('#') ? '#if name' : tag);
    }
  });

  it('are found in linear time', async () => {
    const started = process.cpuUsage().user;
    for (const content of [
      '{{ ',
      '{{',
      '}}',
      '{{ }',
      '{',
      '*|',
      '%%a',
      '[[',
      '{% ',
      '%7b%7b',
      '<<',
      '<p ',
      '&#123;&#123;',
    ]) {
      await read(content.repeat(Math.ceil(30_000 / content.length)));
      await read(`${content}${' '.repeat(30_000)}`);
    }

    expect(process.cpuUsage().user - started).toBeLessThan(4_000_000);
  });

  it.each([
    '*|NAME|*',
    '*|FNAME:Friend|*',
    '%%name%%',
    '%%first name%%',
    '[[name]]',
    '[[ user.name ]]',
    '{% if name %}x{% endif %}',
    '<%= name %>',
    '%7B%7Bname%7D%7D',
    '%7b%7b+name%7d%7d',
    '&#123;&#123;name&#125;&#125;',
    '{name}',
    '{ Name }',
    '{first name}',
    '$' + '{name}',
    '[name]',
    '%name%',
    '<<name>>',
    '«name»',
    '｛｛name｝｝',
    '%recipient.name%',
    '#name#',
    '@NAME@',
    '~First Name~',
  ])('of another tool are sent with a warning: %s', async (tag) => {
    for (const { enqueued, warnings } of [await read(`Dear ${tag}`), await read('x', `Dear ${tag}`)]) {
      expect(enqueued).toBe(2);
      expect(warnings).toEqual([expect.stringMatching(/^Row 1: .*sent as it stands/)]);
      expect(warnings[0]).toContain(tag.includes('if name') ? '{% if name %}' : tag);
    }
  });

  it.each(['{x}', '[note]', '50% off, 100% wool', '5 < 6 > 4', 'a*|b', '%20name%20x', '{"a": 1}', 'C:\\[x]'])(
    'are not seen in %s',
    async (content) => {
      expect((await read(content)).warnings).toEqual([]);
    },
  );

  it('of many rows are one warning that counts them', async () => {
    const rows = Array.from({ length: 5 }, (_, n) => `u${n}@example.com,Hi,Dear *|A${n}|*\n`).join('');

    expect((await readAll(HEADER + rows)).warnings).toEqual([expect.stringMatching(/^Row 1 and 4 more: \*\|A0\|\*/)]);
  });
});

describe('text that was broken before it came', () => {
  const read = (content: string) => readAll(`${HEADER}a@example.com,Hi,"${content}"\n`);

  it.each([
    ['Hola JosÃ©, qué tal', 'JosÃ©,'],
    ['a 20Â°C', '20Â°C'],
    ['Itâ€™s here', 'Itâ€™s'],
    ['ÐŸÑ€Ð¸Ð²ÐµÑ‚', 'ÐŸÑ€Ð¸Ð²ÐµÑ‚'],
    ['ï»¿Hola', 'ï»¿Hola'],
    ['Jos\ufffd', 'Jos\ufffd'],
  ])('is sent with a warning: %s', async (content, shown) => {
    const { enqueued, warnings } = await read(content);

    expect(enqueued).toBe(1);
    expect(warnings).toEqual([expect.stringContaining(`Row 1: "${shown}"`)]);
  });

  it.each(['NÃO, MAÇÃ, São João', 'Âge, âme', 'Ñandú, ÑOÑO', 'Ðað, Ísland', '20 °C, £5', 'naïve – “ça”…'])(
    'is not seen in %s',
    async (content) => expect((await read(content)).warnings).toEqual([]),
  );
});

describe('HTML that is sent as text', () => {
  const read = (content: string, format: 'text' | 'html' = 'text') =>
    readAll(`${HEADER}a@example.com,Hi,"${content.replaceAll('"', '""')}"\n`, { format });

  it.each([
    '<html><body><p>Hello</p></body></html>',
    '<!DOCTYPE html>x',
    'Hello<br>there',
    'Hello<br/>there',
    '<P>Hello',
    'See <a href="https://x.example">this</a>',
    '<div class="a">x</div>',
    '<strong>x</strong>',
    '<img src="x.png" width="10">',
    'Tom &amp; Jerry',
    'Se&ntilde;or,&nbsp;hola',
    '<table border=0><tr><td>x</td></tr></table>',
  ])('is warned of, with the way out: %s', async (content) => {
    expect((await read(content)).warnings).toEqual([expect.stringContaining('format=html')]);
    expect((await read(content, 'html')).warnings).toEqual([]);
  });

  it.each([
    'a < b > c',
    'a & b; c',
    'x&y=1;z',
    '<ana@example.com>',
    '<https://x.example>',
    'x <y> z',
    'I <3 you',
    '<p@example.com>',
  ])('is not seen in %s', async (content) => {
    expect((await read(content)).warnings).toEqual([]);
  });
});

describe('any bytes', () => {
  const seeds = [
    Buffer.from(
      'email,subject,content,name\na@example.com,Hi {{name}},"x, ""y""\nz",Ana\nb@example.com,Olé,{% x %},\n',
    ),
    Buffer.from('sep=;\r\nemail;subject;content\r\na@example.com;Hi;<p>x</p>\r\n'),
    utf16('email\tsubject\tcontent\r\na@exämple.com\tПривет\t漢字\r\n', 'le'),
    Buffer.from('email,subject,content\na@example.com,Ol\xe9,\x93x\x94\n', 'latin1'),
  ];
  const mutation = fc.record({
    seed: fc.constantFrom(...seeds),
    changes: fc.array(fc.tuple(fc.nat(), fc.constantFrom('flip', 'cut', 'double', 'insert'), fc.nat(255)), {
      maxLength: 4,
    }),
    encoding: fc.constantFrom(undefined, undefined, 'windows-1251', 'shift_jis', 'gb18030', 'utf-16be', 'iso-2022-jp'),
    format: fc.constantFrom('text' as const, 'html' as const),
    sliceBytes: fc.integer({ min: 1, max: 64 }),
  });

  it('are read or refused as a CSV, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(mutation, async ({ seed, changes, encoding, format, sliceBytes }) => {
        const file = changes.reduce((bytes, [where, what, byte]) => {
          const at = where % (bytes.length + 1);
          if (what === 'flip') return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)]);
          if (what === 'cut') return bytes.subarray(0, at);
          if (what === 'double') return Buffer.concat([bytes, bytes.subarray(at)]);
          return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]);
        }, seed);

        const reading = readAll(file, { format, sliceBytes, ...(encoding === undefined ? {} : { encoding }) });
        const outcome = await reading.catch((error: unknown) => error);

        if (outcome instanceof Error) {
          expect(outcome).toMatchObject({ code: expect.stringMatching(/^(InvalidCsv|UnsupportedMedia)$/) });
        } else {
          expect(outcome).toMatchObject({ total: expect.any(Number) });
        }
      }),
      { numRuns: 400 },
    );
  });
});
