import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { STAGES } from '../infra/stages.ts';
import { buildAll } from './build.ts';
import { synth } from './synth.ts';

const HELP = `npm run deploy -- --stage dev [--parameters NAME=VALUE ...]

Builds, synthesizes and deploys one stage with the credentials and Region of your AWS environment.
The account must be bootstrapped once: npx cdk bootstrap

  --stage       ${Object.keys(STAGES).join(' or ')}
  --parameters  a stack parameter, as SenderAddress="Shop <news@shop.example>"; may be repeated
  --yes         do not ask before changes of rights
  --help        this text`;

const { values } = parseArgs({
  options: {
    stage: { type: 'string' },
    parameters: { type: 'string', multiple: true, default: [] },
    yes: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else if (!values.stage || !(values.stage in STAGES)) {
  console.error(`--stage is ${Object.keys(STAGES).join(' or ')}. See npm run deploy -- --help`);
  process.exitCode = 2;
} else {
  await buildAll();
  synth();
  const parameters = values.parameters.flatMap((parameter) => ['--parameters', parameter]);
  const approval = ['--require-approval', values.yes ? 'never' : 'broadening'];
  const cdk = ['node_modules/aws-cdk/bin/cdk', 'deploy', `pregon-${values.stage}`, '--app', 'cdk.out'];
  const result = spawnSync(process.execPath, [...cdk, ...approval, ...parameters], { stdio: 'inherit' });
  process.exitCode = result.status ?? 1;
}
