import { createInterface } from 'node:readline/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { parseCommand, UsageError } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';
import { STAGES, type Stage } from '../infra/stages.ts';
import { runCdk, STAGE_NAMES } from './cdk.ts';
import { emptyBuckets } from './empty-buckets.ts';

const HELP = `npm run destroy -- --stage dev

Deletes one stage's stack with the credentials and Region of your AWS environment. Of dev nothing is left: the objects in its
bucket are deleted first, because CloudFormation deletes no bucket that has any. Of prod the tables, the bucket and the secrets
stay, and its protection from deletion must be switched off first:
aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name pregon-prod

  --stage  ${STAGE_NAMES}
  --yes    do not ask for confirmation
  --help   this text`;

const OPTIONS = { stage: { type: 'string' }, yes: { type: 'boolean', default: false } } as const;

async function runDestroy(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run destroy', help: HELP, options: OPTIONS, positionals: 0 }, args);
  if (!parsed) return 0;
  const { stage: name = '', yes } = parsed.values;
  const stage = STAGES[name];
  if (!stage) throw new UsageError(`--stage takes ${STAGE_NAMES}. See npm run destroy -- --help`);
  if (!yes && !(await confirmed(stage))) return 1;
  if (!stage.retainData) {
    const deleted = await emptyBuckets(new S3Client(), stage);
    console.log(`${deleted} objects of the bucket are deleted`);
  }
  return await runCdk('destroy', name, ['--force']);
}

async function confirmed(stage: Stage): Promise<boolean> {
  const loss = stage.retainData ? 'keeps its tables, bucket and secrets' : 'deletes all its data';
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Delete the stack pregon-${stage.name}? This ${loss}. (y/n) `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

await runCommand(() => runDestroy(process.argv.slice(2)));
