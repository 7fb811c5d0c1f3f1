import { parseCommand } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';
import { runCdk, STAGE_NAMES } from './cdk.ts';

const HELP = `npm run deploy -- --stage dev [--parameters NAME=VALUE ...]

Builds, synthesizes and deploys one stage with the credentials and Region of your AWS environment.
Bootstrap the account once for each Region: npx cdk bootstrap aws://ACCOUNT/REGION

  --stage       ${STAGE_NAMES}
  --parameters  a stack parameter, such as SenderEmail=news@shop.example; may be repeated
  --outputs     file to write the stack's outputs to, for npm run smoke
  --yes         do not ask before permissions are broadened
  --help        this text`;

const OPTIONS = {
  stage: { type: 'string' },
  parameters: { type: 'string', multiple: true },
  outputs: { type: 'string' },
  yes: { type: 'boolean', default: false },
} as const;

async function runDeploy(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run deploy', help: HELP, options: OPTIONS, positionals: 0 }, args);
  if (!parsed) return 0;
  const { stage, parameters = [], outputs, yes } = parsed.values;
  const approval = ['--require-approval', yes ? 'never' : 'broadening'];
  const file = outputs === undefined ? [] : ['--outputs-file', outputs];
  return await runCdk('deploy', stage, [
    ...approval,
    ...file,
    ...parameters.flatMap((value) => ['--parameters', value]),
  ]);
}

await runCommand(() => runDeploy(process.argv.slice(2)));
