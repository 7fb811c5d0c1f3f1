import { readAll } from './support.ts';

/** What is skipped of some rows; a good one follows them, because a file without any is refused. */
async function skippedOf(rows: string, header = 'email,subject,content', format: 'text' | 'html' = 'text') {
  const good = header.replace('email,subject,content', 'good@example.com,S,x');
  return (await readAll(`${header}\n${rows}\n${good}\n`, { format })).skippedRows;
}

describe('rows that are skipped', () => {
  it.each([
    ['too_many_cells', 'a@example.com,A,x,y'],
    ['email_missing', ' ,A,x'],
    ['email_invalid', 'not-an-address,A,x'],
    ['email_too_long', `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example.com,A,x`],
    ['subject_missing', 'a@example.com, ,x'],
    ['subject_too_long', `a@example.com,${'s'.repeat(999)},x`],
    ['subject_control_character', 'a@example.com,"A\nBcc: b@example.com",x'],
    ['content_missing', 'a@example.com,A,'],
    ['content_too_large', `a@example.com,A,${'é'.repeat(32 * 1024 + 1)}`],
    ['content_json_too_large', `a@example.com,A,${'\x01'.repeat(30_000)}`],
    ['variable_missing', 'a@example.com,A,Dear {{name}}'],
    ['tag_broken', 'a@example.com,A,Dear {{name'],
    ['content_missing', 'a@example.com,A'],
  ])('%s', async (code, row) => {
    // More text than the row's, so that control characters are not most of the file.
    const filler = `z@example.com,Z,${'z'.repeat(400_000)}\n`.repeat(code === 'content_json_too_large' ? 1 : 0);
    const skipped = await skippedOf(filler + row);

    expect(skipped.at(-1)).toMatchObject({ row: filler ? 2 : 1, code, reason: expect.stringMatching(/^\S.*\.$/s) });
  });

  it('keeps what is exactly at a limit', async () => {
    const file = `email,subject,content\na@example.com,${'s'.repeat(998)},${'c'.repeat(65_536)}\n`;

    expect((await readAll(file)).enqueued).toBe(1);
  });

  it('keeps the first of a repeated address, whatever its case, and counts only rows that are sent', async () => {
    const { rows, skippedRows } = await readAll(
      'email,subject,content\nA@example.com,,x\na@Example.com,A,1\nb@example.com,B,2\nA@EXAMPLE.COM,A,3\n',
    );

    expect(rows.map((row) => row.row)).toEqual([2, 3]);
    expect(skippedRows.map(({ row, code }) => [row, code])).toEqual([
      [1, 'subject_missing'],
      [4, 'duplicate_address'],
    ]);
  });

  it('shows no more of a giant cell than an address could have', async () => {
    const [skipped] = await skippedOf(`${'x'.repeat(100_000)},A,x`);

    expect(skipped?.email.length).toBeLessThan(330);
    expect(skipped?.reason.length).toBeLessThan(330);
  });
});

describe('the unsubscribe link', () => {
  it('stays in the content, however its tag is written, and is none of the row’s variables', async () => {
    const file =
      'email,subject,content,unsubscribe_url\na@example.com,A,"Stop: {{ Unsubscribe_URL }}",https://other.example\n';
    const { rows, warnings } = await readAll(file);

    expect(rows.map(({ content }) => content)).toEqual(['Stop: {{unsubscribe_url}}']);
    expect(warnings).toEqual([expect.stringContaining('The column "unsubscribe_url" is ignored')]);
    expect((await readAll(file, { format: 'html' })).rows[0]?.content).toBe('Stop: {{unsubscribe_url}}');
  });

  it.each([
    ['in the subject', 'a@example.com,Stop {{ Unsubscribe_url }},x\n', 'subject_unsubscribe_link'],
    ['between other braces', 'a@example.com,A,{{{unsubscribe_url}}}\n', 'tag_broken'],
    ['beside a broken tag', 'a@example.com,A,{{unsubscribe_url}} {{name\n', 'tag_broken'],
  ])('skips the row %s', async (_name, line, code) => {
    const reading = readAll(`email,subject,content\nok@example.com,A,B\n${line}`);

    expect((await reading).skippedRows).toMatchObject([{ row: 2, code }]);
  });
});

describe('a suppressed address', () => {
  it('is skipped with its reason, in the order of the file, and counts for the hash of the rows', async () => {
    const lines = Array.from({ length: 205 }, (_, n) => `a${n}@example.com,A,B\n`).join('');
    const file = `email,subject,content\nbad,A,B\n${lines}A7@example.com,A,B\n`;
    const asked: number[] = [];
    const suppressed = async (emails: readonly string[]) => {
      asked.push(emails.length);
      return new Map(
        ['a7@example.com', 'a204@example.com'].filter((one) => emails.includes(one)).map((one) => [one, 'bounced']),
      );
    };
    const reading = await readAll(file, { suppressed });

    expect(reading).toMatchObject({ total: 207, enqueued: 203, skipped: 4 });
    expect(reading.skippedRows.map(({ row, code }) => [row, code])).toEqual([
      [1, 'email_invalid'],
      [9, 'suppressed'],
      [206, 'suppressed'],
      [207, 'duplicate_address'],
    ]);
    expect(reading.skippedRows[1]?.reason).toContain('bounced');
    expect(Math.max(...asked)).toBeLessThanOrEqual(100);
    expect(reading.rowsHash).toBe((await readAll(file)).rowsHash);
  });

  it('fails the file where no other row is left', async () => {
    const suppressed = async (emails: readonly string[]) => new Map(emails.map((email) => [email, 'unsubscribed']));

    await expect(readAll('email,subject,content\na@example.com,A,B\n', { suppressed })).rejects.toThrow(
      'The address is on the suppression list: unsubscribed.',
    );
  });
});

describe('template variables', () => {
  const header = 'email,subject,content,Name,city';

  it('fills further columns into subject and content, in any case', async () => {
    const { rows } = await readAll(
      `${header}\na@example.com,Hola {{name}},"{{ NAME }} de {{city}}, {{email}}: {x}",Ana,Quito\n`,
    );

    expect(rows[0]).toMatchObject({ subject: 'Hola Ana', content: 'Ana de Quito, a@example.com: {x}' });
  });

  it('skips a row whose variable is empty or has no column, and names it', async () => {
    const skipped = await skippedOf('a@example.com,S,{{name}},,Quito\nb@example.com,S,{{Surname}},Bo,Quito', header);

    expect(skipped.map(({ reason }) => reason)).toEqual([
      'The variable {{name}} has no value in this row.',
      'The file has no column for {{Surname}}: it has email, name, city.',
    ]);
  });

  it('does not fill in what a value itself contains, but skips the row: its reader would see the tag', async () => {
    const [skipped] = await skippedOf('a@example.com,S,{{name}},{{city}},Quito', header);

    expect(skipped).toMatchObject({ code: 'tag_broken', reason: expect.stringContaining('"{{city}}"') });
  });

  it('escapes values in HTML content, never in its subject', async () => {
    const { rows } = await readAll(`${header}\na@example.com,{{name}},<b>{{name}}</b>,A & <B>,Quito\n`, {
      format: 'html',
    });

    expect(rows[0]).toMatchObject({ subject: 'A & <B>', content: '<b>A &amp; &lt;B&gt;</b>' });
  });

  it('stops a small row from growing into gigabytes', async () => {
    // Filled in whole it would be longer than any string can be.
    const row = `a@example.com,S,${'{{name}}'.repeat(50_000)},${'n'.repeat(50_000)},Quito`;

    expect((await skippedOf(row, header))[0]?.code).toBe('content_too_large');
  });
});
