import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openSecrets } from 'local-aws';
import {
  type ApiKey,
  hashOf,
  newApiKey,
  SCOPES,
  type Scope,
  withApiKey,
  withoutApiKey,
} from '../../core/api-keys/api-keys.ts';
import { type ApiKeyStore, createApiKeyStore } from '../../core/api-keys/store.ts';
import {
  parseUnsubscribeKeys,
  rotateUnsubscribeKeys,
  serializeUnsubscribeKeys,
} from '../../core/consent/unsubscribe-keys.ts';
import { createSecretDocument } from '../../core/secret-document.ts';
import { parseCommand, UsageError } from '../arguments.ts';
import { runningOutputs } from '../target.ts';

const HELP = `npm run keys -- add|list|revoke|rotate-unsubscribe [NAME] [options]

API keys of a stage. add makes a key and shows it, once. list shows names, scopes and ages, never a key. revoke ends a key.
A change is in use everywhere within 60 seconds, without a deploy. rotate-unsubscribe adds a key that signs unsubscribe links from then on;
links in mail that was sent before stay valid.

  --scope SCOPES   with add: send, read and operate, separated by commas; by default all three.
                   send: uploads, emails, requests and orders. read: everything that answers a state.
                   operate: stop, redrive, rate, and the mutations of GraphQL
  --force          with revoke: also the last key with the scope operate
  --data .pregon   data directory of the local stack, which may be running or not
  --stage NAME     a deployed stage instead, with the AWS credentials and Region of the environment
  --json           print one JSON document, for scripts (with npm run --silent)
  --help           this text`;

const OPTIONS = {
  scope: { type: 'string', multiple: true },
  force: { type: 'boolean', default: false },
  data: { type: 'string', default: '.pregon' },
  stage: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** The stage that the local stack runs. */
const LOCAL_STAGE = 'dev';
const WITHIN = 'everywhere within 60 seconds';

/** `npm run keys` */
export async function runKeys(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run keys', help: HELP, options: OPTIONS, positionals: 2 }, args);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  const [action, name] = positionals;
  if (action === 'add') {
    const scopes = scopesIn(values.scope);
    return withKeys(values, (store) => add(store, named(action, name), scopes, values.json));
  }
  if (values.scope) throw new UsageError('--scope can only be used with add');
  if (action === 'list') {
    if (name !== undefined) throw new UsageError('npm run keys -- list takes no name');
    return withKeys(values, (store) => list(store, values.json));
  }
  if (action === 'revoke') return withKeys(values, (store) => revoke(store, named(action, name), values));
  if (action === 'rotate-unsubscribe') {
    if (name !== undefined) throw new UsageError('npm run keys -- rotate-unsubscribe takes no name');
    return withSecret(values, 'unsubscribe-keys', (client, secret) => rotateUnsubscribe(client, secret, values.json));
  }
  throw new UsageError(
    'Use npm run keys -- add NAME, npm run keys -- list, npm run keys -- revoke NAME, or npm run keys -- rotate-unsubscribe',
  );
}

function named(action: string, name: string | undefined): string {
  if (name === undefined) throw new UsageError(`Which key? npm run keys -- ${action} NAME`);
  return name;
}

/** Throws UsageError. */
function scopesIn(given: readonly string[] | undefined): Scope[] {
  if (given === undefined) return [...SCOPES];
  const asked = given.flatMap((text) => text.split(',')).map((scope) => scope.trim());
  const unknown = asked.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (unknown !== undefined) throw new UsageError(`--scope takes ${SCOPES.join(', ')}, not "${unknown}"`);
  return SCOPES.filter((scope) => asked.includes(scope));
}

async function add(store: ApiKeyStore, name: string, scopes: Scope[], json: boolean): Promise<number> {
  const key = newApiKey();
  const entry: ApiKey = { name, sha256: hashOf(key), scopes, createdAt: new Date().toISOString() };
  await store.change((keys) => withApiKey(keys, entry));
  if (json) console.log(JSON.stringify({ name, scopes, createdAt: entry.createdAt, key }));
  else console.log(`${key}\n\nThe key "${name}" may ${scopes.join(', ')}. It is shown only now, and works ${WITHIN}.`);
  return 0;
}

async function list(store: ApiKeyStore, json: boolean): Promise<number> {
  const keys = (await store.list()).map(({ name, scopes, createdAt }) => ({ name, scopes, createdAt }));
  if (json) console.log(JSON.stringify({ keys }));
  else if (keys.length === 0) console.log('There are no keys: every request is refused. See npm run keys -- --help');
  else {
    const width = Math.max(...keys.map(({ name }) => name.length));
    for (const { name, scopes, createdAt } of keys) {
      console.log(`${name.padEnd(width)}  ${scopes.join(',').padEnd(17)}  since ${createdAt}`);
    }
  }
  return 0;
}

async function revoke(store: ApiKeyStore, name: string, { force, json }: { force: boolean; json: boolean }) {
  await store.change((keys) => withoutApiKey(keys, name, { force }));
  console.log(json ? JSON.stringify({ name, revoked: true }) : `Revoked "${name}". It stops working ${WITHIN}.`);
  return 0;
}

async function rotateUnsubscribe(client: SecretsManagerClient, secret: string, json: boolean): Promise<number> {
  const document = createSecretDocument(client, secret, {
    parse: parseUnsubscribeKeys,
    serialize: serializeUnsubscribeKeys,
  });
  const { current, keys } = await document.change(rotateUnsubscribeKeys);
  if (json) console.log(JSON.stringify({ current, keys: keys.size }));
  else
    console.log(
      `Unsubscribe links are signed with key ${current} within 5 minutes. ${keys.size - 1} older keys still verify.`,
    );
  return 0;
}

interface Target {
  data: string;
  stage?: string | undefined;
}

const withKeys = <T>(target: Target, work: (store: ApiKeyStore) => Promise<T>): Promise<T> =>
  withSecret(target, 'api-keys', (client, secret) => work(createApiKeyStore(client, secret)));

/** Opens a secret of a deployed stage, of a running local stack, or of the files of one that is not running. */
async function withSecret<T>(
  { data, stage }: Target,
  name: string,
  work: (client: SecretsManagerClient, secret: string) => Promise<T>,
): Promise<T> {
  const running = stage === undefined ? await runningOutputs(data) : undefined;
  const files = stage === undefined && !running ? await openSecrets(data) : undefined;
  const endpoint = running?.awsEndpoint ?? files?.awsEndpoint;
  const client = new SecretsManagerClient(
    endpoint === undefined
      ? {}
      : { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } },
  );
  try {
    const secret = `pregon-${stage ?? LOCAL_STAGE}/${name}`;
    await checkExists(client, secret, stage);
    return await work(client, secret);
  } finally {
    client.destroy();
    await files?.close();
  }
}

/** Throws UsageError for a stage that is not deployed. A secret without a value exists too. */
async function checkExists(client: SecretsManagerClient, secret: string, stage: string | undefined): Promise<void> {
  try {
    await client.send(new DescribeSecretCommand({ SecretId: secret }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    const where = stage === undefined ? 'this data directory' : `the stage ${stage} of this account and Region`;
    throw new UsageError(`There is no secret ${secret} in ${where}. Has it been deployed?`);
  }
}
