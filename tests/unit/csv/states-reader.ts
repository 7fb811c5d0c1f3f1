/**
 * A small model of how the Distributed Map reads a CSV with its names in the first row, independent of our parser: every value is a string,
 * quotes and doubled quotes and line breaks in quotes work, and a backslash before another character is removed.
 */
export function readAsStatesDoes(csv: string): Record<string, string>[] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let inQuotes = false;
  const endCell = () => {
    record.push(cell);
    cell = '';
  };
  const endRecord = () => {
    endCell();
    records.push(record);
    record = [];
  };
  for (let at = 0; at < csv.length; at++) {
    const character = csv[at] ?? '';
    if (character === '\\' && at + 1 < csv.length) {
      at++;
      cell += csv[at];
    } else if (inQuotes) {
      if (character !== '"') cell += character;
      else if (csv[at + 1] === '"') {
        at++;
        cell += '"';
      } else inQuotes = false;
    } else if (character === '"') inQuotes = true;
    else if (character === ',') endCell();
    else if (character === '\r' && csv[at + 1] === '\n') {
      at++;
      endRecord();
    } else if (character === '\n') endRecord();
    else cell += character;
  }
  if (cell !== '' || record.length) endRecord();
  const [names = [], ...rows] = records;
  return rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])));
}
