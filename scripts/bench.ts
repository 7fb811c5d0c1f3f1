import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BenchRow, Report } from '../benchmarks/row.ts';
import { parseCommand, UsageError } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';
import { prepare } from './prepare.ts';

const HELP = `npm run bench -- [options]

Measures the product on this machine. Compare the ratios, not the absolute figures: each is relative to a baseline of the same
run or to a limit. The exit status is 0 when every bound holds.

  --only NAME   run only campaigns, account, ingest, start or stepfunctions
  --json        print an array of {name, value, unit, against, ratio, bound, holds} (with npm run --silent)
  --help        this text`;

const OPTIONS = { only: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

const BENCHMARKS: Readonly<Record<string, (report: Report) => Promise<void>>> = {
  campaigns: async (report) => (await import('../benchmarks/campaigns.ts')).run(report),
  account: async (report) => (await (await import('../benchmarks/account-new.ts')).run()).forEach(report),
  ingest: async (report) => (await (await import('../benchmarks/ingest.ts')).run()).forEach(report),
  start: async (report) => (await (await import('../benchmarks/start-up.ts')).run()).forEach(report),
  stepfunctions: async (report) => (await engineBenchmark()).forEach(report),
};

/** The benchmark of local-aws prints its rows as JSON. */
async function engineBenchmark(): Promise<BenchRow[]> {
  const args = ['--disable-warning=ExperimentalWarning', 'packages/local-aws/benchmarks/stepfunctions.ts'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as BenchRow[];
}

async function runBench(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run bench', help: HELP, options: OPTIONS, positionals: 0 }, args);
  if (!parsed) return 0;
  const { only, json } = parsed.values;
  const benchmarks =
    only === undefined ? Object.values(BENCHMARKS) : [BENCHMARKS[only]].filter((one) => one !== undefined);
  if (benchmarks.length === 0)
    throw new UsageError(`--only takes ${Object.keys(BENCHMARKS).join(', ')}, not "${only}"`);
  await prepare((text) => (json ? undefined : console.log(text)));
  const rows: BenchRow[] = [];
  const report = (row: BenchRow) => {
    rows.push(row);
    if (!json) console.log(line(row));
  };
  if (!json) console.log(HEAD);
  for (const benchmark of benchmarks) await benchmark(report);
  if (json) console.log(JSON.stringify(rows));
  return rows.every(({ holds }) => holds) ? 0 : 1;
}

const HEAD = `   ratio   bound              value     against  benchmark`;

const number = (value: number) => (Math.abs(value) < 100 ? value.toFixed(2) : String(Math.round(value)));

const line = ({ name, value, unit, against, ratio, bound, holds }: BenchRow) =>
  `${ratio.toFixed(3).padStart(8)}${bound.toFixed(3).padStart(8)}  ${holds ? 'holds' : 'FAILS'}` +
  `  ${number(value).padStart(10)}  ${number(against).padStart(10)}  ${name} (${unit})`;

await runCommand(() => runBench(process.argv.slice(2)));
