import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommand, wholeNumber } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';
import { type ChaosResult, chaos } from './chaos/run.ts';
import { prepare } from './prepare.ts';

const HELP = `npm run chaos -- [options]

Runs a campaign on its own local AWS. All its processes are killed with kill -9 at random moments and started again on other
ports, while faults come and go. The campaign is redriven until it ends. Then the mailbox is compared with the ledger, row by
row. The exit status is 0 only when no row was sent twice and none is lost.

  --kills 20      number of kills
  --rows 2000     rows of the campaign
  --seed 1        the same seed gives the same kills and faults
  --rate N        emails per second; by default such that the kills happen during the campaign
  --data DIR      directory of the state; by default a new one, which is removed on success
  --json          print one JSON document
  --help          this text`;

const OPTIONS = {
  kills: { type: 'string', default: '20' },
  rows: { type: 'string', default: '2000' },
  seed: { type: 'string', default: '1' },
  rate: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** The mean time between two kills is about three seconds. */
const SECONDS_UP = 3;
/** A file of more rows would exceed the 4 MB of an upload. */
const MAX_ROWS = 30_000;
/** For each kill the time of a boot and a life. At the end the time for leases, visibility timeouts and redrives. */
const SECONDS = { perKill: 30, end: 600 };
/** The audit ends within this time after the deadline. Whatever else holds the run up, the process ends then. */
const AUDIT_SECONDS = 180;

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
  setTimeout(
    () => {
      console.error(`The run did not end within ${deadline + AUDIT_SECONDS} s. The state is in ${dataDir}`);
      process.exit(1);
    },
    (deadline + AUDIT_SECONDS) * 1000,
  ).unref();
  const result = await chaos({ kills, rows, seed, rate, dataDir, deadline, say });
  const isConsistent = result.duplicates === 0 && result.lost === 0 && result.contradictions.length === 0;
  const held = isConsistent && result.end !== 'DEADLINE';
  console.log(values.json ? JSON.stringify({ ...result, seed, rate, held }) : report(result));
  if (!held) console.error(`The state is in ${dataDir}`);
  else if (values.data === undefined) rmSync(dataDir, { recursive: true });
  return held ? 0 : 1;
}

const SHOWN = 20;

function report(result: ChaosResult): string {
  const {
    sent,
    errors,
    unconfirmed,
    unsettled,
    duplicates,
    lost,
    contradictions,
    rows,
    kills,
    redrives,
    seconds,
    end,
  } = result;
  const numbers = {
    ...{ rows, sent, errors, unconfirmed, '… with mail': unsettled, duplicates, lost },
    ...{ kills, '… at work': result.killsAtWork, redrives, seconds },
  };
  return [
    '',
    ...Object.entries(numbers).map(([name, value]) => `  ${name.padEnd(12)}${String(value).padStart(7)}`),
    `  ${'end'.padEnd(12)}${end.padStart(7)}`,
    ...contradictions.slice(0, SHOWN).map((line) => `  ! ${line}`),
    ...(contradictions.length > SHOWN ? [`  ! and ${contradictions.length - SHOWN} more`] : []),
  ].join('\n');
}

await runCommand(() => runChaos(process.argv.slice(2)));
