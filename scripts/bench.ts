import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BenchRow } from '../benchmarks/row.ts';
import { parseCommand, UsageError } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';
import { prepare } from './prepare.ts';

const HELP = `npm run bench -- [options]

Measures the product on this machine. Compare the ratios, not the absolute figures: each is relative to a baseline of the same
run or to a limit. The exit status is 0 when every bound holds.

  --only NAME   run only campaigns, account, ingest, start or stepfunctions
  --json        print an array of {name, value, unit, against, ratio, bound, holds}
  --help        this text`;

const OPTIONS = { only: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

const BENCHMARKS: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  campaigns: async () => (await import('../benchmarks/campaigns.ts')).run(),
  account: async () => (await import('../benchmarks/account-new.ts')).run(),
  ingest: async () => (await import('../benchmarks/ingest.ts')).run(),
  start: async () => (await import('../benchmarks/start-up.ts')).run(),
  stepfunctions: engineBenchmark,
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
  const names = only === undefined ? Object.keys(BENCHMARKS) : [only];
  await prepare((text) => (json ? undefined : console.log(text)));
  const rows: BenchRow[] = [];
  for (const name of names) {
    const benchmark = BENCHMARKS[name];
    if (!benchmark) throw new UsageError(`--only takes ${Object.keys(BENCHMARKS).join(', ')}, not "${name}"`);
    rows.push(...(await benchmark()));
  }
  console.log(json ? JSON.stringify(rows) : table(rows));
  return rows.every(({ holds }) => holds) ? 0 : 1;
}

function table(rows: readonly BenchRow[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const number = (value: number) => (Math.abs(value) < 100 ? value.toFixed(2) : String(Math.round(value)));
  return [
    `   ratio   bound       ${'benchmark'.padEnd(width)}       value     against`,
    ...rows.map(
      ({ name, value, unit, against, ratio, bound, holds }) =>
        `${ratio.toFixed(3).padStart(8)}${bound.toFixed(3).padStart(8)}  ${holds ? 'holds' : 'FAILS'}` +
        `  ${name.padEnd(width)}  ${number(value).padStart(10)}  ${number(against).padStart(10)}  ${unit}`,
    ),
  ].join('\n');
}

await runCommand(() => runBench(process.argv.slice(2)));
