import { parseArgs } from 'node:util';
import { ACCOUNTS, type AccountProfile, isAccountProfile } from '../account.ts';
import { LimitError, type LimitSettings } from '../limits/limits.ts';
import { readLimits } from '../limits/option.ts';

/** A command line that cannot be understood: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super(`${message}. See npx local-aws --help`);
  }
}

export const HELP = `npx local-aws up CDK_OUT --data DIR [options]

Runs a stack that cdk synth wrote to the folder CDK_OUT on this machine, and stays up until Ctrl-C.

  --data DIR         folder of all local state, created if missing; the next start continues from it
  --stack NAME       the stack to run if CDK_OUT holds several: its name, artifact id or path in the app
  --parameter N=V    a parameter of the template, as cdk deploy --parameters takes it; may be repeated
  --port 3000        port of the stack's HTTP API; 0 takes any free one
  --allow-host NAME  accept requests of the HTTP API for this host name too; may be repeated
  --aws-port 4566    port of the AWS endpoint; 0 takes any free one
  --account default  quotas of the account: default, or new: 10 Lambda executions at once
  --limits off=NAMES switch these limits of AWS off, NAME,NAME,… or all; --limits NAME=VALUE sets one; may be repeated
  --histories 1000   how many histories of the succeeded children of each Map Run are kept, at least
  --executions 1000  how many executions of each state machine are kept, at least, when they can no longer be redriven
  --help             this text`;

export interface UpSettings {
  readonly cdkOut: string;
  readonly dataDir: string;
  readonly stackName?: string;
  readonly port: number;
  readonly awsPort: number;
  readonly allowHosts: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly account: AccountProfile;
  readonly limits: LimitSettings;
  readonly keptHistories: number;
  readonly keptExecutions: number;
}

const OPTIONS = {
  data: { type: 'string' },
  stack: { type: 'string' },
  parameter: { type: 'string', multiple: true },
  limits: { type: 'string', multiple: true },
  port: { type: 'string', default: '3000' },
  'aws-port': { type: 'string', default: '4566' },
  account: { type: 'string', default: 'default' },
  'allow-host': { type: 'string', multiple: true },
  histories: { type: 'string', default: '1000' },
  executions: { type: 'string', default: '1000' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads the command line; undefined where it asks for help. Throws UsageError. */
export function readArguments(args: readonly string[]): UpSettings | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [command, cdkOut, extra] = positionals;
  if (command === undefined) throw new UsageError('Name a command: up CDK_OUT --data DIR');
  if (command !== 'up') throw new UsageError(`"${command}" is not a command: the command is up`);
  if (cdkOut === undefined) throw new UsageError('Name the folder that cdk synth wrote: up cdk.out --data DIR');
  if (extra !== undefined) throw new UsageError(`"${extra}" is one argument too many`);
  if (!values.data) throw new UsageError('--data is missing: name a folder for the local state, --data .local-aws');
  const { account } = values;
  if (!isAccountProfile(account)) {
    throw new UsageError(`--account takes ${Object.keys(ACCOUNTS).join(' or ')}, not "${account}"`);
  }
  if (values.stack === '') throw new UsageError('--stack takes the name of a stack');
  const port = portOf('port', values.port);
  const awsPort = portOf('aws-port', values['aws-port']);
  if (port !== 0 && port === awsPort) throw new UsageError('--port and --aws-port must be two different ports');
  return {
    cdkOut,
    dataDir: values.data,
    ...(values.stack !== undefined && { stackName: values.stack }),
    port,
    awsPort,
    allowHosts: values['allow-host'] ?? [],
    parameters: Object.fromEntries((values.parameter ?? []).map(parameterOf)),
    account,
    limits: limitsIn(values.limits ?? []),
    keptHistories: keptOf('histories', values.histories),
    keptExecutions: keptOf('executions', values.executions),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Node's first sentence names the option; the others explain how to quote an argument.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw new UsageError(reason);
  }
}

const MAX_PORT = 65_535;

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > MAX_PORT) {
    throw new UsageError(`--${option} takes a port from 0 to ${MAX_PORT}, not "${text}"`);
  }
  return port;
}

function keptOf(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--${option} takes a number from 1, not "${text}"`);
  return Number(text);
}

/** Checked before anything starts. */
function limitsIn(texts: readonly string[]): LimitSettings {
  try {
    return readLimits(texts);
  } catch (error) {
    throw error instanceof LimitError ? new UsageError(`--limits: ${error.message}`) : error;
  }
}

function parameterOf(text: string): [name: string, value: string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--parameter takes NAME=VALUE, not "${text}"`);
  return [name, value];
}
