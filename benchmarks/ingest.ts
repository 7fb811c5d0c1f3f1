import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { BenchRow } from './row.ts';

/** The largest file of POST /uploads has 1 GB and 2,000,000 rows. */
const SIZES = [10_000, 100_000, 1_000_000];
/** Rows of 1 KB, and of 100 bytes, of which each costs most by the 1 KB of keys and state that are written for it. */
const TIMED = [
  { name: 'rows of 1 KB', rows: 30_000, bytes: 900, bound: 0.5 },
  { name: 'rows of 100 bytes', rows: 200_000, bytes: 40, bound: 0.33 },
];
/** The memory is compared with short rows, whose number is what could grow. */
const SHORT_BYTES = 40;
/** The files that are compared three times, so that one busy moment does not decide. */
const TIMES = 3;
/** The rows may add their addresses (15 to 22 bytes each) and what the collector has not returned to the system. */
const FLAT = 2;
const MAX_MB = 512;
/**
 * Young objects get no more than V8 gives them in a function of 1,769 MB: less than 16 MB, where they may have 32 MB on a larger machine, of
 * which it uses all after some 100,000 rows. https://nodejs.org/api/cli.html#--max-semi-space-sizesize-in-mib
 */
const LIKE_THE_FUNCTION = '--max-semi-space-size=16';

interface Measured {
  cpuMs: number;
  peakMb: number;
}

/** The ingest of a file against csv-parse alone, and its memory at three sizes, each in a process of its own. */
export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pregon-bench-'));
  try {
    const speeds: BenchRow[] = [];
    for (const { name, rows, bytes, bound } of TIMED) {
      const path = await file(join(folder, 'timed.csv'), rows, bytes);
      const bare = await best(() => measure('bare', path));
      const ingested = await best(() => measure('ingest', path));
      const ratio = bare / ingested;
      speeds.push({
        name: `ingest of a file of ${name}, against csv-parse alone`,
        value: rows / (ingested / 1000),
        unit: 'rows per second of CPU',
        against: rows / (bare / 1000),
        ratio,
        bound,
        holds: ratio >= bound,
      });
    }
    const peaks: number[] = [];
    for (const rows of SIZES) {
      const path = await file(join(folder, `${rows}.csv`), rows, SHORT_BYTES);
      peaks.push((await measure('ingest', path)).peakMb);
    }
    const [first = 0, , last = 0] = peaks;
    return [
      ...speeds,
      {
        name: 'memory of an ingest of 1,000,000 rows, against 10,000',
        value: last,
        unit: 'MB of the process at the peak',
        against: first,
        ratio: last / first,
        bound: FLAT,
        holds: last / first <= FLAT && last <= MAX_MB,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function best(measured: () => Promise<Measured>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < TIMES; time += 1) least = Math.min(least, (await measured()).cpuMs);
  return least;
}

async function measure(what: 'bare' | 'ingest', path: string): Promise<Measured> {
  const script = join(import.meta.dirname, 'ingest', 'measure.ts');
  const args = ['--disable-warning=ExperimentalWarning', LIKE_THE_FUNCTION, script, what, path];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Measured;
}

async function file(path: string, rows: number, bytes: number): Promise<string> {
  const out = createWriteStream(path);
  const text = 'Hello {{name}}, this is our news of the week. '.repeat(Math.ceil(bytes / 46)).slice(0, bytes);
  out.write('email,subject,content,name\n');
  for (let row = 0; row < rows; row += 1) {
    const line = `user${row}@example.com,News for you,"${text} ""${row}""",Name ${row}\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  return path;
}
