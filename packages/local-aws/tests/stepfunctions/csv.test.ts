import fc from 'fast-check';
import { CsvRecords } from '../../src/stepfunctions/map-run/csv.ts';

const read = (pieces: string[], delimiter = ',') => {
  const records = new CsvRecords(delimiter);
  return [...pieces.flatMap((piece) => [...records.push(piece)]), ...records.end()];
};

test('the records are the same wherever the text is split into chunks', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\\', '\n', '\r', ' ', 'ü'), maxLength: 40 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(40)), (whole, cuts) => {
      const places = [...new Set([0, ...cuts.filter((cut) => cut < whole.length), whole.length])].sort((a, b) => a - b);
      const pieces = places.map((place, i) => whole.slice(place, places[i + 1] ?? whole.length));
      expect(read(pieces)).toEqual(read([whole]));
    }),
  );
});

test('any quoted cell with doubled backslashes and quotes is read unchanged', () => {
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

test('a quote inside an unquoted cell and a backslash at the end of the text are ordinary characters', () => {
  expect(read(['5" wide,x\\'])).toEqual([['5" wide', 'x\\']]);
});
