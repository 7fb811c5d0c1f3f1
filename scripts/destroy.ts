import { parseCommand } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';
import { runCdk, STAGE_NAMES } from './cdk.ts';

const HELP = `npm run destroy -- --stage dev

Deletes one stage's stack with the credentials and Region of your AWS environment. The prod stage keeps its table and its
bucket. CloudFormation does not delete a bucket that holds objects: empty the dev stage's bucket first with
aws s3 rm --recursive s3://BUCKET (the stack's output "bucket").

  --stage  ${STAGE_NAMES}
  --yes    do not ask for confirmation
  --help   this text`;

const OPTIONS = { stage: { type: 'string' }, yes: { type: 'boolean', default: false } } as const;

async function runDestroy(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run destroy', help: HELP, options: OPTIONS, positionals: 0 }, args);
  if (!parsed) return 0;
  return await runCdk('destroy', parsed.values.stage, parsed.values.yes ? ['--force'] : []);
}

await runCommand(() => runDestroy(process.argv.slice(2)));
