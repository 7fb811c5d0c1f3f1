import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock } from '../core/clock.ts';
import { getRow } from '../core/ledger/transitions.ts';
import { parseCommand, UsageError, wholeNumber } from './arguments.ts';
import {
  type DeadLetter,
  type DeadLetterDeps,
  type DeadLetters,
  listDeadLetters,
  replayDeadLetters,
} from './dlq/dead-letters.ts';
import { runCommand } from './run.ts';
import { readOutputs } from './target.ts';

const HELP = `npm run dlq -- list|replay [options]

Dead letters: messages that no worker could process. list shows them with the status of their rows. replay moves those whose
rows are still open back to their queues. It refuses those whose rows are SENT or in ERROR: a redrive sends such rows again.

  --lane send      only the dead letters of this queue
  --limit 1000     at most this many
  --discard        with replay: delete the refused messages
  --data .pregon   data directory of the running local stack
  --stage NAME     a deployed stage instead, with the AWS credentials and Region of the environment
  --json           print one JSON document, for scripts (with npm run --silent)
  --help           this text`;

const OPTIONS = {
  lane: { type: 'string' },
  limit: { type: 'string', default: '1000' },
  discard: { type: 'boolean', default: false },
  data: { type: 'string', default: '.pregon' },
  stage: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const MAX_LIMIT = 100_000;

async function runDlq(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run dlq', help: HELP, options: OPTIONS, positionals: 1 }, args);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  const action = positionals[0];
  if (action !== 'list' && action !== 'replay')
    throw new UsageError('Use npm run dlq -- list, or npm run dlq -- replay');
  if (values.discard && action !== 'replay') throw new UsageError('--discard can only be used with replay');
  const limit = wholeNumber('limit', values.limit, 1, MAX_LIMIT);
  const { lane, discard } = values;
  const { deps, close } = connect(values);
  try {
    const found =
      action === 'list'
        ? await listDeadLetters(deps, limit, lane)
        : await replayDeadLetters(deps, { limit, lane, discard });
    if (values.json)
      console.log(
        JSON.stringify({ messages: found.letters, ...countsOf(found.letters), unfinished: found.unfinished }),
      );
    else console.log(report(found, action, discard));
    return 0;
  } finally {
    close();
  }
}

function connect({ data, stage }: { data: string; stage?: string | undefined }): {
  deps: DeadLetterDeps;
  close(): void;
} {
  const local = stage === undefined ? readOutputs(data) : undefined;
  const config = local && {
    endpoint: local.awsEndpoint,
    region: local.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const sqs = new SQSClient({ ...config });
  const dynamodb = new DynamoDBClient({ ...config });
  const table = {
    client: DynamoDBDocumentClient.from(dynamodb),
    tableName: local?.sendsTable ?? `pregon-${stage}-sends`,
    clock: systemClock,
  };
  return {
    deps: { sqs, prefix: `pregon-${stage ?? 'dev'}-`, getRow: (id) => getRow(table, id), clock: systemClock },
    close() {
      sqs.destroy();
      dynamodb.destroy();
    },
  };
}

const countsOf = (letters: readonly DeadLetter[]) => ({
  open: letters.filter(({ verdict }) => verdict === 'open').length,
  ended: letters.filter(({ verdict }) => verdict === 'ended').length,
  poison: letters.filter(({ verdict }) => verdict === 'poison').length,
});

function report({ letters, unfinished }: DeadLetters, action: 'list' | 'replay', discard: boolean): string {
  if (letters.length === 0) return 'No dead letters';
  const lines = letters.map(({ lane, sentAt, sendId, status, error, verdict, body }) => {
    const what = sendId ? `${sendId} is ${[status, error].filter(Boolean).join(' ')}` : body.slice(0, 60);
    return `${lane.padEnd(8)} ${sentAt}  ${verdict.padEnd(6)}  ${what}`;
  });
  const { open, ended, poison } = countsOf(letters);
  const refused = ended + poison === 0 ? '' : `; ${discard ? 'deleted' : 'left'} ${ended} ended, ${poison} poison`;
  const summary =
    action === 'list' ? `${open} to replay, ${ended} ended, ${poison} poison` : `Replayed ${open}${refused}`;
  const more =
    unfinished.length === 0 ? [] : [`There are more dead letters in ${unfinished.join(', ')}. Run the command again.`];
  return [...lines, '', summary, ...more].join('\n');
}

await runCommand(() => runDlq(process.argv.slice(2)));
