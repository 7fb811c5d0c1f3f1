import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommand, wholeNumber } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';
import { type ChaosResult, chaos } from './chaos/run.ts';
import { prepare } from './prepare.ts';

const HELP = `npm run chaos -- [options]

A campaign on a local AWS of its own, whose processes are all killed (-9) at random moments and started again on other
ports, while faults come and go; redriven, plainly, until it ends. Then mailbox and ledger are compared, row by row.
Exit status 0 only when no row was sent twice and none is lost.

  --kills 20      how often everything is killed
  --rows 2000     rows of the campaign
  --seed 1        the same seed gives the same moments and faults
  --rate N        emails per second; by default such that the kills fall into the campaign
  --data DIR      keep the state there; by default a new directory, removed when all is well
  --json          one JSON document
  --help          this text`;

const OPTIONS = {
  kills: { type: 'string', default: '20' },
  rows: { type: 'string', default: '2000' },
  seed: { type: 'string', default: '1' },
  rate: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** The machine is up for some three seconds between two kills. */
const SECONDS_UP = 3;
/** The upload takes files up to 4 MB. */
const MAX_ROWS = 30_000;
/** For a boot and a life, and once for leases, visibility and redrives to run out. */
const SECONDS = { perKill: 20, end: 600 };

async function runChaos(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run chaos', help: HELP, options: OPTIONS, positionals: 0 }, args);
  if (!parsed) return 0;
  const { values } = parsed;
  const kills = wholeNumber('kills', values.kills, 0, 10_000);
  const rows = wholeNumber('rows', values.rows, 1, MAX_ROWS);
  const seed = wholeNumber('seed', values.seed, 0, 0xffff_ffff);
  const rate =
    values.rate === undefined
      ? Math.max(10, Math.ceil(rows / (Math.max(1, kills) * SECONDS_UP)))
      : wholeNumber('rate', values.rate, 1, 10_000);
  const say = (text: string) => (values.json ? undefined : console.log(text));

  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  await prepare(say);
  const dataDir = values.data ?? mkdtempSync(join(tmpdir(), 'pregon-chaos-'));
  const deadline = Math.ceil(kills * SECONDS.perKill + rows / rate + SECONDS.end);
  const result = await chaos({ kills, rows, seed, rate, dataDir, deadline, say });
  const well = result.duplicates === 0 && result.lost === 0 && result.contradictions.length === 0;
  const held = well && result.end !== 'DEADLINE';
  console.log(values.json ? JSON.stringify({ ...result, seed, rate, held }) : report(result));
  if (!held) console.error(`The state is in ${dataDir}`);
  else if (values.data === undefined) rmSync(dataDir, { recursive: true });
  return held ? 0 : 1;
}

const SHOWN = 20;

function report(result: ChaosResult): string {
  const { sent, errors, unconfirmed, duplicates, lost, contradictions, rows, kills, redrives, seconds, end } = result;
  const numbers = { rows, sent, errors, unconfirmed, duplicates, lost, kills, redrives, seconds };
  return [
    '',
    ...Object.entries(numbers).map(([name, value]) => `  ${name.padEnd(12)}${String(value).padStart(7)}`),
    `  ${'end'.padEnd(12)}${end.padStart(7)}`,
    ...contradictions.slice(0, SHOWN).map((line) => `  ! ${line}`),
    ...(contradictions.length > SHOWN ? [`  ! and ${contradictions.length - SHOWN} more`] : []),
  ].join('\n');
}

await runCommand(() => runChaos(process.argv.slice(2)));
