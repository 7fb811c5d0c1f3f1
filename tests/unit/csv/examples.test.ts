import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SKIP_REASONS } from '../../../core/csv/skip.ts';
import { readAll } from './support.ts';

const FOLDER = join(import.meta.dirname, '../../../examples/csv');
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8');
const read = (name: string) =>
  readAll(readFileSync(join(FOLDER, name)), { format: name === 'html.csv' ? 'html' : 'text' });

/** The rows of the README's tables that name files: the names, and the other cells. */
const listed = README.split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => {
    const [names = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return [...names.matchAll(/`([^`]+)`/g)].map((match) => ({ name: match[1] ?? '', cells }));
  });
const sent = listed.filter(({ name }) => !name.startsWith('bad-'));
const refused = listed.filter(({ name }) => name.startsWith('bad-'));

const WARNINGS: Record<string, number> = { 'windows-1252.csv': 1, 'html-as-text.csv': 1, 'other-tags.csv': 3 };

describe('the example files', () => {
  it('are all in the README, and the README names no other', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.csv'));

    expect(listed.map(({ name }) => name).sort()).toEqual(files.sort());
  });

  it.each(sent)('$name is sent as the README says', async ({ name, cells: [, rows, skipped] }) => {
    const reading = await read(name);

    expect([reading.enqueued, reading.skipped]).toEqual([Number(rows), Number(skipped)]);
    expect(reading.warnings.length).toBe(WARNINGS[name] ?? 0);
  });

  it.each(refused)('$name is refused as the README says', async ({ name, cells: [status, says = ''] }) => {
    await expect(read(name)).rejects.toThrow(says);
    await expect(read(name)).rejects.toMatchObject({ status: Number(status) });
  });

  it('show every reason to skip a row but those that no small file can have, and that of the suppression list', async () => {
    const readings = await Promise.all(['skipped.csv', 'limits.csv'].map(read));
    const codes = new Set(readings.flatMap(({ skippedRows }) => skippedRows.map(({ code }) => code)));

    const missing = Object.keys(SKIP_REASONS).filter((code) => !codes.has(code as keyof typeof SKIP_REASONS));
    expect(missing).toEqual(['content_json_too_large', 'content_not_renderable', 'suppressed']);
  });

  it.each([
    ['utf-16-be.csv', { subject: '¡Olé!', content: 'Ñandú, mañana — 漢字 🎉' }],
    ['windows-1252.csv', { subject: '¡Olé!', content: 'Mañana: 10 € “exactos”' }],
    ['crlf.csv', { content: 'First line\r\nSecond line' }],
    ['quotes.csv', { subject: 'Say "hi", Ana', content: 'A comma, a "quote",\nand a second line' }],
    ['backslashes.csv', { content: 'C:\\new\\table, \\\\server\\share, \\"quoted\\"' }],
    ['variables.csv', { subject: 'Hola Ana', content: 'Ana, what is new in Quito? We write to ana@example.com.' }],
    ['html.csv', { subject: 'Hi Ana & <Co>', content: '<p>Hi <b>Ana &amp; &lt;Co&gt;</b></p>' }],
  ])('%s gives the text that was meant', async (name, expected) => {
    expect((await read(name)).rows[0]).toMatchObject(expected);
  });
});
