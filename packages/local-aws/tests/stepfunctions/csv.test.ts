import fc from 'fast-check';
import { CsvRecords } from '../../src/stepfunctions/map-run/csv.ts';

const read = (pieces: string[], delimiter = ',') => {
  const records = new CsvRecords(delimiter);
  return [...pieces.flatMap((piece) => [...records.push(piece)]), ...records.end()];
};

test('the same records come out, wherever the text is cut into pieces', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\\', '\n', '\r', ' ', 'ü'), maxLength: 40 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(40)), (whole, cuts) => {
      const places = [...new Set([0, ...cuts.filter((cut) => cut < whole.length), whole.length])].sort((a, b) => a - b);
      const pieces = places.map((place, i) => whole.slice(place, places[i + 1] ?? whole.length));
      expect(read(pieces)).toEqual(read([whole]));
    }),
  );
});

test('any cell comes back unchanged when it is quoted and its backslashes and quotes are doubled', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 20 });
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 8 });
  fc.assert(
    fc.property(rows, fc.constantFrom(',', ';', '\t', '|'), (written, delimiter) => {
      const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`;
      const text = written.map((row) => `${row.map(quoted).join(delimiter)}\r\n`).join('');
      expect(read([text], delimiter)).toEqual(written);
    }),
  );
});

test('a lone quote inside a plain cell is a character, and so is a backslash at the very end', () => {
  expect(read(['5" wide,x\\'])).toEqual([['5" wide', 'x\\']]);
});
