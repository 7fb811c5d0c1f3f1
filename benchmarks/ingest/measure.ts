import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { inspectCsv } from '../../core/csv/inspect.ts';
import { readCsv } from '../../core/csv/read.ts';
import { skippedWriter } from '../../core/csv/reports.ts';
import { rowsWriter, sendRowsWriter } from '../../core/csv/rows-file.ts';
import { bothHeld } from '../../core/csv/writer.ts';

/** `node measure.ts bare|ingest FILE`: reads a file once, as csv-parse alone or as an upload does, whose objects go nowhere. */
const [what, path = ''] = process.argv.slice(2);

async function bare(): Promise<void> {
  for await (const _record of createReadStream(path).pipe(parse()));
}

async function ingest(): Promise<void> {
  const source = { open: () => createReadStream(path) };
  const inspection = await inspectCsv(source);
  const batch = { batchId: inspection.sha256, createdAt: new Date(0).toISOString() };
  const [rows, toSend, skipped] = [
    rowsWriter({ ...batch, rowExpiresAt: 0, contentExpiresAt: 0 }),
    sendRowsWriter(batch),
    skippedWriter(),
  ];
  const written = [rows, toSend, skipped].map(({ stream }) => pipeline(stream, nowhere()));
  await readCsv(
    source,
    inspection,
    { format: 'text', templates: {}, maxRows: 2_000_000 },
    {
      onRow: (row) => bothHeld(rows.write(row), toSend.write(row)),
      onSkip: (row) => skipped.write(row),
    },
  );
  for (const writer of [rows, toSend, skipped]) writer.end();
  await Promise.all(written);
}

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

const before = process.cpuUsage();
await (what === 'bare' ? bare() : ingest());
const { user, system } = process.cpuUsage(before);
// In kilobytes. https://nodejs.org/api/process.html#processresourceusage
const peakMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, peakMb }));
