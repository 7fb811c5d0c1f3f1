import { createInterface } from 'node:readline/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { createCampaignCounters } from '../../core/campaigns/counters.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { createErasures } from '../../core/consent/erasures.ts';
import { createSuppressions } from '../../core/consent/suppressions.ts';
import { asciiAddress, isAddress } from '../../core/csv/address.ts';
import { documentClient } from '../../core/dynamodb/table.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { type EraseDeps, type Erased, eraseAddress } from '../../core/erase/erase.ts';
import { createErasedObjects } from '../../core/erase/objects.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { createReportStore } from '../../core/reports/store.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { parseCommand, UsageError } from '../arguments.ts';
import { stageBuckets } from '../stage-bucket.ts';
import { readOutputs } from '../target.ts';

const HELP = `npm run erase -- ADDRESS [options]

Erases what is stored about one email address: rows, subjects, contents, its place in the files of campaigns, transactional
email, requests, and the customer of orders. A hash of it stays on the suppression list, so that it gets no campaign mail. Rows
that are not sent yet end in ERROR Erased. It cannot be undone. The same command again continues an erasure that was
interrupted. What it cannot reach: docs/runbook.md#erase-an-address

  --all-campaigns  also read the files of campaigns in which the address was only skipped. It reads every file of the bucket's
                   campaigns
  --yes            do not ask for confirmation
  --data .pregon   data directory of the running local stack
  --stage NAME     a deployed stage instead, with the AWS credentials and Region of the environment
  --json           print one JSON document, for scripts (with npm run --silent)
  --help           this text`;

const OPTIONS = {
  'all-campaigns': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  data: { type: 'string', default: '.pregon' },
  stage: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** The stage that the local stack runs. */
const LOCAL_STAGE = 'dev';

interface Target {
  data: string;
  stage?: string | undefined;
}

/** `npm run erase`. It prints no address: its output may go to a log. */
export async function runErase(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run erase', help: HELP, options: OPTIONS, positionals: 1 }, args);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  const address = addressIn(positionals[0]);
  const { deps, close } = await connect(values);
  try {
    if (process.stdin.isTTY && !values.yes && !(await isConfirmed(values))) return 1;
    const allCampaigns = values['all-campaigns'];
    const erased = await eraseAddress(deps, address, { allCampaigns });
    console.log(values.json ? JSON.stringify(erased) : report(erased, allCampaigns));
    return 0;
  } finally {
    close();
  }
}

/** Throws UsageError. */
function addressIn(given: string | undefined): string {
  if (given === undefined) throw new UsageError('Which address? npm run erase -- ADDRESS');
  const address = asciiAddress(given.trim());
  if (!isAddress(address)) throw new UsageError('This is not a valid email address. See npm run erase -- --help');
  return address;
}

async function isConfirmed({ data, stage }: Target): Promise<boolean> {
  const where = stage === undefined ? `the local stack on ${data}` : `the stage ${stage}`;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(
    `Erase what ${where} stores about this address, and suppress it? It cannot be undone. (y/n) `,
  );
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Throws UsageError when no local stack runs, or the stage is not deployed. */
async function connect({ data, stage }: Target): Promise<{ deps: EraseDeps; close(): void }> {
  const local = stage === undefined ? readOutputs(data) : undefined;
  const config = local && {
    endpoint: local.awsEndpoint,
    region: local.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const dynamodb = new DynamoDBClient({ ...config });
  const s3 = new S3Client({ ...config, ...(local && { forcePathStyle: true }) });
  const close = () => {
    s3.destroy();
    dynamodb.destroy();
  };
  const name = stage ?? LOCAL_STAGE;
  const [bucket] = local ? [local.bucket] : await stageBuckets(s3, name);
  if (bucket === undefined) {
    close();
    throw new UsageError(`There is no stage ${name} in this account and Region. Has it been deployed?`);
  }
  const table = (what: string) => ({
    client: documentClient(dynamodb),
    tableName: `pregon-${name}-${what}`,
    clock: systemClock,
  });
  const [sends, control] = [table('sends'), table('control')];
  const deps: EraseDeps = {
    sends,
    ledger: createLedger(sends),
    store: createCampaignStore(control),
    counters: createCampaignCounters(control),
    reports: createReportStore(control),
    suppressions: createSuppressions(control),
    erasures: createErasures(control),
    emails: createEmailStore(sends),
    objects: createErasedObjects({ s3, bucket, clock: systemClock }),
    telemetry: WITHOUT_METRICS,
  };
  return { deps, close };
}

const WITHOUT_METRICS: Telemetry = {
  info: () => undefined,
  warn: (message) => console.error(message),
  error: (message) => console.error(message),
  count: () => undefined,
  duration: () => undefined,
  gauge: () => undefined,
};

function report(erased: Erased, allCampaigns: boolean): string {
  const { rows, campaigns, ended, emails, orders, filesRewritten, filesDeleted, campaignsRead, wasSuppressed } = erased;
  const isUnknown = rows + campaigns + emails + orders + filesDeleted === 0;
  const lines: [string, string][] = [
    ['campaigns', `${rows} ${rows === 1 ? 'row' : 'rows'} in ${campaigns}`],
    ['emails', `${emails}, requests included`],
    ['orders', `the customer of ${orders}`],
    ['files', `${filesRewritten} rewritten, ${filesDeleted} deleted`],
    ['not sent', `${ended}, which end in ERROR Erased`],
  ];
  return [
    ...(isUnknown
      ? ['Nothing was found about this address.']
      : ['Erased', ...lines.map(([what, text]) => `  ${what.padEnd(10)} ${text}`)]),
    `The address ${wasSuppressed ? 'stays' : 'is now'} suppressed, by a hash of it.`,
    ...(allCampaigns
      ? []
      : [
          `The files of ${campaignsRead} campaigns whose rows are not registered yet were read too. Where the address was only skipped, it is in files that were not read: --all-campaigns reads them.`,
        ]),
    'What this command cannot reach: docs/runbook.md#erase-an-address',
  ].join('\n');
}
