import { type AccountProfile, isAccountProfile, LimitError, type LimitSettings, readLimits } from 'local-aws';
import type { NotifyTarget } from '../dev/providers/notify/settings.ts';
import { UsageError, wholeNumber } from './arguments.ts';

/** The options that `npm start` and `npm run up` share. */
export const STACK_OPTIONS = {
  port: { type: 'string', default: '3000' },
  'aws-port': { type: 'string', default: '4566' },
  data: { type: 'string', default: '.pregon' },
  rate: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  'allow-host': { type: 'string', multiple: true },
  open: { type: 'boolean', default: false },
  'notify-url': { type: 'string' },
  'notify-key': { type: 'string' },
  account: { type: 'string', default: 'default' },
  parameter: { type: 'string', multiple: true },
  limits: { type: 'string', multiple: true },
} as const;

export const STACK_OPTIONS_HELP = `  --port 3000        port of the HTTP API and the pages; 0 takes any free one
  --aws-port 4566    port of the AWS endpoint; 0 takes any free one
  --data .pregon     directory of all local state
  --rate 50          emails per second that the local SES allows; campaigns use all of it. Given, it replaces
                     a rate that was set by PUT /rate in an earlier run
  --host 127.0.0.1   address that the HTTP API listens on; any other needs PREGON_API_KEY
  --allow-host NAME  accept requests for this host name too, besides IP addresses, localhost and the name
                     in --host; may be repeated
  --open             accept requests without an API key (not with --host)
  --notify-url URL   base URL of the notification provider; /v1/notify is appended
                     (by default a local stand-in with the published latency and errors)
  --notify-key KEY   API key of the notification provider (by default that of the stand-in)
  --account default  quotas of the AWS account: default, or new: 10 Lambda executions at once
  --parameter N=V    value of a template parameter, as for cdk deploy --parameters; may be repeated
  --limits off=NAMES switch limits of AWS off: NAME,NAME,… or all; NAME=VALUE sets one; may be repeated
                     (names: packages/local-aws/README.md#limits; what was throttled: /_local/limits)
  --help             this text

The API key is taken from PREGON_API_KEY. Without it, the key is pregon-local.`;

export interface StackSettings {
  port: number;
  awsPort: number;
  dataDir: string;
  ratePerSecond: number;
  /** The rate was given. */
  dropsOperatorRate: boolean;
  host: string;
  /** Further host names by which the HTTP API may be called. */
  allowHosts: readonly string[];
  open: boolean;
  apiKey: string;
  notify: NotifyTarget;
  account: AccountProfile;
  /** Values of the template's parameters, by name. */
  parameters: Readonly<Record<string, string>>;
  /** The quotas and limits of AWS that do not hold, or have another value. */
  limits: LimitSettings;
}

interface StackValues {
  port: string;
  'aws-port': string;
  data: string;
  rate?: string | undefined;
  host: string;
  'allow-host'?: string[] | undefined;
  open: boolean;
  'notify-url'?: string | undefined;
  'notify-key'?: string | undefined;
  account: string;
  parameter?: string[] | undefined;
  limits?: string[] | undefined;
}

const MAX_PORT = 65_535;
const MAX_RATE = 100_000;
const DEFAULT_RATE = '50';
const DEFAULT_KEY = 'pregon-local';
/** Without a scheme and a port. */
const HOST_NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i;
const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Checks every option before anything starts. Throws UsageError. */
export function stackSettings(values: StackValues): StackSettings {
  if (values.open && !LOOPBACK.test(values.host)) {
    throw new UsageError(
      `--open with --host ${values.host} would let anyone on the network send: use one or the other`,
    );
  }
  const apiKey = process.env.PREGON_API_KEY || DEFAULT_KEY;
  if (apiKey === DEFAULT_KEY && !LOOPBACK.test(values.host)) {
    throw new UsageError(
      `With --host ${values.host} the network reaches the API, and everybody knows the key ${DEFAULT_KEY}: set PREGON_API_KEY`,
    );
  }
  const allowHosts = values['allow-host'] ?? [];
  const wrong = allowHosts.find((name) => !HOST_NAME.test(name));
  if (wrong !== undefined) throw new UsageError(`--allow-host takes a host name such as app.example, not "${wrong}"`);
  if (values.data === '') throw new UsageError('--data takes a directory, not an empty text');
  if (!isAccountProfile(values.account))
    throw new UsageError(`--account takes default or new, not "${values.account}"`);
  const port = wholeNumber('port', values.port, 0, MAX_PORT);
  const awsPort = wholeNumber('aws-port', values['aws-port'], 0, MAX_PORT);
  if (port !== 0 && port === awsPort) throw new UsageError('--port and --aws-port must be two different ports');
  return {
    port,
    awsPort,
    dataDir: values.data,
    ratePerSecond: wholeNumber('rate', values.rate ?? DEFAULT_RATE, 1, MAX_RATE),
    dropsOperatorRate: values.rate !== undefined,
    host: values.host,
    allowHosts,
    open: values.open,
    apiKey,
    notify: notifyTarget(values['notify-url'], values['notify-key']),
    account: values.account,
    parameters: Object.fromEntries((values.parameter ?? []).map(parameterOf)),
    limits: limitsIn(values.limits ?? []),
  };
}

function notifyTarget(url: string | undefined, key: string | undefined): NotifyTarget {
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new UsageError(`--notify-url takes a URL such as http://127.0.0.1:3001, not "${url}"`);
  }
  if (key === '') throw new UsageError('--notify-key takes a key, not an empty text');
  return { ...(url !== undefined && { url }), ...(key !== undefined && { key }) };
}

function limitsIn(texts: readonly string[]): LimitSettings {
  try {
    return readLimits(texts);
  } catch (error) {
    throw error instanceof LimitError ? new UsageError(`--limits: ${error.message}`) : error;
  }
}

function parameterOf(text: string): [string, string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--parameter takes NAME=VALUE, not "${text}"`);
  return [name, value];
}
