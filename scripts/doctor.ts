import { readFileSync } from 'node:fs';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { parseCommand, UsageError } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';
import { STAGES } from '../infra/stages.ts';
import { STAGE_NAMES } from './cdk.ts';
import { checkAccount, type Line, type Target } from './doctor/checks.ts';
import { prepare } from './prepare.ts';

const HELP = `npm run doctor -- --stage dev [--parameters NAME=VALUE ...]

Says what the AWS account still lacks before a deployment fails on it: credentials, CDK bootstrap, SES and quotas. Each line is
ok, warn or fail, with the command or the page that mends it. It only reads, with the credentials and the Region of your AWS
environment. The exit status is 1 when the deployment or sending would fail.

  --stage       ${STAGE_NAMES}
  --parameters  as for npm run deploy, such as the sender; may be repeated
  --json        print one JSON document, for scripts
  --help        this text`;

const OPTIONS = {
  stage: { type: 'string' },
  parameters: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const;

const NO_REGION: Line = {
  check: 'Region',
  status: 'fail',
  detail: 'no Region is set',
  mend: 'export AWS_REGION, such as eu-west-1',
};

/** A doctor that hangs helps nobody. */
const CALLS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;

async function runDoctor(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run doctor', help: HELP, options: OPTIONS, positionals: 0 }, args);
  if (!parsed) return 0;
  const { stage, parameters = [], json } = parsed.values;
  if (stage === undefined || !Object.hasOwn(STAGES, stage)) {
    throw new UsageError(`--stage takes ${STAGE_NAMES}. See npm run doctor -- --help`);
  }
  const given = Object.fromEntries(parameters.map(parameterOf));
  await prepare((text) => console.error(text));

  const sts = new STSClient(CALLS);
  const region = await sts.config.region().catch(() => undefined);
  const clients = {
    sts,
    ssm: new SSMClient(CALLS),
    ses: new SESv2Client(CALLS),
    quotas: new ServiceQuotasClient(CALLS),
  };
  const lines = region === undefined ? [NO_REGION] : await checkAccount(clients, targetOf(stage, region, given));
  const ok = lines.every(({ status }) => status !== 'fail');
  console.log(json ? JSON.stringify({ stage, region, ok, lines }) : report(lines, ok));
  return ok ? 0 : 1;
}

function parameterOf(text: string): [string, string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--parameters takes NAME=VALUE, not "${text}"`);
  return [name, value];
}

/** What the synthesized stack asks for. */
function targetOf(stage: string, region: string, given: Record<string, string>): Target {
  const read = (file: string) => JSON.parse(readFileSync(`cdk.out/${file}`, 'utf8'));
  const { properties } = read('manifest.json').artifacts[`pregon-${stage}`];
  const declared: Record<string, { Default?: unknown }> = read(properties.templateFile).Parameters;
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(declared, name)) throw new UsageError(`The stack has no parameter ${name}`);
  }
  const defaults = Object.entries(declared).map(([name, { Default = '' }]) => [name, String(Default)]);
  return {
    stage,
    region,
    bootstrap: {
      parameter: properties.bootstrapStackVersionSsmParameter,
      version: properties.requiresBootstrapStackVersion,
    },
    parameters: { ...Object.fromEntries(defaults), ...given },
  };
}

function report(lines: readonly Line[], ok: boolean): string {
  const width = Math.max(...lines.map(({ check }) => check.length));
  const texts = lines.flatMap(({ check, status, detail, mend }) => [
    `${status.padEnd(4)}  ${check.padEnd(width)}  ${detail}`,
    ...(mend === undefined ? [] : [`${' '.repeat(width + 8)}${mend}`]),
  ]);
  return [...texts, '', ok ? 'Nothing was found that would fail.' : 'A deployment or sending would fail.'].join('\n');
}

await runCommand(() => runDoctor(process.argv.slice(2)));
