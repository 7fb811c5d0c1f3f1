import { quoted, readAll, utf16 } from './support.ts';

const HEADER = 'email,subject,content\n';

describe('reading a CSV', () => {
  it('gives each row its number and its cells trimmed', async () => {
    const { rows, total } = await readAll(`${HEADER} ana@example.com ,Hola, dos \nbob@example.com,Hi,there\n`);

    expect(total).toBe(2);
    expect(rows).toEqual([
      { row: 1, email: 'ana@example.com', subject: 'Hola', content: 'dos' },
      { row: 2, email: 'bob@example.com', subject: 'Hi', content: 'there' },
    ]);
  });

  it.each([',', ';', '\t', '|'])('finds the delimiter %j from the header, in any order and case', async (delimiter) => {
    const file = [
      ['Content', ' EMAIL ', 'Subject'],
      ['uno, dos; tres| cuatro', 'a@example.com', 'S'],
    ]
      .map((cells) => cells.map(quoted).join(delimiter))
      .join('\n');

    expect((await readAll(file)).rows).toEqual([
      { row: 1, email: 'a@example.com', subject: 'S', content: 'uno, dos; tres| cuatro' },
    ]);
  });

  it.each([
    ['Sep = ;', ';'],
    ['SEP=;', ';'],
    ['sep\u00a0=\t|', '|'],
    ['sep=;;;', ';'],
    ['sep=;,,', ';'],
    ['sep=\t', '\t'],
    ['"sep = ;"', ';'],
    // A spreadsheet that was saved again: the line is a row like others, with the new delimiter behind it.
    ['sep=;,,', ','],
    ['"sep=;",,', ','],
  ])('takes Excel’s line %j before a header with %j', async (line, delimiter) => {
    const { rows, total } = await readAll(
      [line, `email${delimiter}subject${delimiter}content`, `a@example.com${delimiter}A${delimiter}x`, ''].join('\r\n'),
    );

    expect(rows).toEqual([{ row: 1, email: 'a@example.com', subject: 'A', content: 'x' }]);
    expect(total).toBe(1);
  });

  it.each([
    ['behind the last line', '\n\x1a'],
    ['in the last cell', '\x1a'],
    ['behind a closing quote', '"\n\x1a\x1a\x1a'],
  ])('ignores Ctrl-Z at the end of the file, %s', async (_name, end) => {
    const last = end.startsWith('"') ? '"x' : 'x';
    const file = `${HEADER}a@example.com,A,y\x1a\nb@example.com,B,${last}${end}`;

    for (const bytes of [Buffer.from(file), utf16(file, 'le')]) {
      for (const sliceBytes of [1, 2, 4096]) {
        const { rows, total } = await readAll(bytes, { sliceBytes });
        expect(total).toBe(2);
        expect(rows.map(({ content }) => content)).toEqual(['y\x1a', 'x']);
      }
    }
  });

  it('compares names without what does not show in them', async () => {
    const { rows } = await readAll(
      '\u200bem\u200bail\u00a0,sub\u00adject,\u2060content\ufeff,First\u00a0 name\n' +
        'a@example.com,Hi {{first name}},Dear {{\u00a0FIRST\u200b\u2003name}},Ana\n',
    );

    expect(rows).toEqual([{ row: 1, email: 'a@example.com', subject: 'Hi Ana', content: 'Dear Ana' }]);
  });

  it('shows escaped what does not show in a name', async () => {
    await expect(readAll('e\x07mail,subject,con\u2800tent\n')).rejects.toThrow(
      'it has "e\\u{7}mail", "subject", "con\\u{2800}tent"',
    );
    await expect(readAll('email,subject,content,a\x1bb,A\x1bB\n')).rejects.toThrow('the column "a\\u{1b}b" twice');
  });

  it.each(['\n', '\r\n', '\r'])('takes %j as the end of a line and ignores blank ones', async (end) => {
    const file = ['', 'email,subject,content', '', 'a@example.com,A,"1', '2"', '   ', 'b@example.com,B,3', '', ''].join(
      end,
    );

    const { rows, total } = await readAll(file);

    expect(total).toBe(2);
    expect(rows.map((row) => [row.row, row.content])).toEqual([
      [1, `1${end}2`],
      [2, '3'],
    ]);
  });

  it('reads quotes, doubled quotes and line breaks inside them', async () => {
    const { rows } = await readAll(`${HEADER}a@example.com,"say ""hi"", all","line 1\r\nline 2,\n"\n`);

    expect(rows[0]).toMatchObject({ subject: 'say "hi", all', content: 'line 1\r\nline 2,' });
  });

  it("takes a report's apostrophe from a formula only in rows that have a report's reason", async () => {
    const reasons = [
      'MessageRejected: No such user',
      'NotSent: The campaign ended before the row was sent.',
      'mine',
      'Mine: x',
      '',
    ];
    const rows = reasons.map((reason, n) => `u${n}@example.com,'=1,'-2,${reason}\n`);
    const { rows: read } = await readAll(`email,subject,content,reason\n${rows.join('')}`);

    expect(read.map(({ subject, content }) => [subject, content])).toEqual([
      ['=1', '-2'],
      ['=1', '-2'],
      ["'=1", "'-2"],
      ["'=1", "'-2"],
      ["'=1", "'-2"],
    ]);
  });

  describe('encodings', () => {
    const text = `${HEADER}a@example.com,¡Olé! 🎉,Ñandú — 漢字\n`;
    const expected = { row: 1, email: 'a@example.com', subject: '¡Olé! 🎉', content: 'Ñandú — 漢字' };

    it.each([
      ['UTF-8', Buffer.from(text)],
      ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
      ['UTF-16 LE', utf16(text, 'le')],
      ['UTF-16 BE', utf16(text, 'be')],
    ])('reads %s, wherever the chunks are cut', async (_name, file) => {
      for (const sliceBytes of [1, 2, 3, 5, 64]) {
        const { rows, warnings } = await readAll(file, { sliceBytes });
        expect(rows).toEqual([expected]);
        expect(warnings).toEqual([]);
      }
    });

    it('falls back to Windows-1252 and says so', async () => {
      const file = Buffer.from(`${HEADER}a@example.com,Ol\xe9,10 \x80 \x93ya\x94\n`, 'latin1');

      const { rows, warnings } = await readAll(file);

      expect(rows[0]).toMatchObject({ subject: 'Olé', content: '10 € “ya”' });
      expect(warnings).toEqual([expect.stringContaining('Windows-1252')]);
    });

    it.each([
      [
        'a broken byte in what is otherwise UTF-8',
        Buffer.concat([Buffer.from(`${HEADER}a@example.com,Ñu,é\nb@example.com,B,`), Buffer.from([0xff])]),
        3,
      ],
      [
        'a wrong byte after a UTF-8 mark',
        Buffer.concat([Buffer.from(`\ufeff${HEADER}a@example.com,A,`), Buffer.from([0xe9, 0x0a])]),
        2,
      ],
      [
        'a byte that Windows-1252 does not know',
        Buffer.from(`${HEADER}a@example.com,A,\xe9\nb@example.com,B,\x81\n`, 'latin1'),
        3,
      ],
      ['half a pair in UTF-16', utf16(`${HEADER}a@example.com,A,\ud83cx\n`, 'le'), 2],
      ['half a character at the end of UTF-16', utf16(`${HEADER}a@example.com,A,x\n`, 'be').subarray(0, -1), 2],
    ])('refuses %s, with its line', async (_name, file, line) => {
      for (const sliceBytes of [1, 3, 4096]) {
        await expect(readAll(file, { sliceBytes })).rejects.toMatchObject({ code: 'InvalidCsv', extra: { line } });
      }
    });
  });

  describe('files that are refused whole', () => {
    it.each([
      ['empty', '', 'The file is empty'],
      ['nothing but a mark', '\ufeff', 'The file is empty'],
      ['blank lines only', '\n \n\r\n', 'no header'],
      ['a header without subject', 'email,content\na@example.com,x\n', 'lacks the column "subject"'],
      ['a header that names a column twice', 'email,subject,content,Email\n', '"email" twice'],
    ])('%s', async (_name, file, message) => {
      await expect(readAll(file)).rejects.toThrow(message);
    });

    it.each([
      ['an unclosed quote', `${HEADER}a@example.com,A,ok\nb@example.com,"B,x\nc@example.com,C,x\n`, 3],
      [
        'an unclosed quote after CRLF in quotes',
        `${HEADER}a@example.com,A,"1\r\n2\r\n3"\r\n\r\nb@example.com,B,"x\n`,
        6,
      ],
      ['text behind a closing quote', `${HEADER}a@example.com,A,ok\nb@example.com,"B,x\nc@example.com,"C",x\n`, 3],
      ['a quote in the middle of a cell', `${HEADER}a@example.com,a 5" nail,ok\n`, 2],
      ['a NUL', `${HEADER}a@example.com,A,ok\nb@example.com,B,o\0k\n`, 3],
    ])('%s, with its line', async (_name, file, line) => {
      for (const sliceBytes of [7, 4096]) {
        await expect(readAll(file, { sliceBytes })).rejects.toMatchObject({ code: 'InvalidCsv', extra: { line } });
        await expect(readAll(file, { sliceBytes })).rejects.toThrow(`${line}`);
      }
    });

    it.each([
      ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
      ['an Excel workbook', Buffer.from('504b030414000600', 'hex')],
      ['a program', Buffer.from(Array.from({ length: 300 }, (_, n) => n % 7))],
    ])('%s is not a CSV', async (_name, file) => {
      await expect(readAll(file)).rejects.toMatchObject({ code: 'UnsupportedMedia' });
    });

    it('with more rows than allowed', async () => {
      const file = HEADER + 'a@example.com,A,x\n'.repeat(4);

      await expect(readAll(file, { maxRows: 3 })).rejects.toThrow('more than 3 rows');
    });
  });
});
