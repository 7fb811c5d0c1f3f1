import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AWS_LIMITS, limitsOf } from '../../src/limits/limits.ts';
import type { SecretDefinition } from '../../src/secrets/definitions.ts';
import { generateSecret } from '../../src/secrets/generate.ts';
import { secretsApi } from '../../src/secrets/protocol.ts';
import { type SecretSource, Secrets } from '../../src/secrets/state.ts';
import { clientOptions, closing, gatewayFor, temporaryFolder } from './support.ts';

const track = closing();
const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:app/key-abc123';
const definition: SecretDefinition = { logicalId: 'Key', name: 'app/key', arn, initial: () => 'made up' };

async function start(
  folder: string,
  values: Record<string, SecretSource> = {},
  definitions: SecretDefinition[] = [definition],
  { max } = AWS_LIMITS,
) {
  const secrets = new Secrets(folder, definitions, values, () => 1_000);
  const gateway = track(await gatewayFor({ secretsmanager: secretsApi(secrets, max) }));
  const client = new SecretsManagerClient(clientOptions(gateway));
  track({ close: () => client.destroy() });
  return client;
}
const value = async (client: SecretsManagerClient, more: object = {}) =>
  (await client.send(new GetSecretValueCommand({ SecretId: 'app/key', ...more }))).SecretString;

describe('a generated secret', () => {
  it('has 32 characters of every type', () => {
    const secret = generateSecret({});
    expect(secret).toMatch(/^[!-~]{32}$/);
    for (const type of [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(secret).toMatch(type);
  });

  it('omits the excluded characters and types', () => {
    const options = {
      PasswordLength: 400,
      ExcludePunctuation: true,
      ExcludeUppercase: 'true',
      ExcludeCharacters: 'abc012',
    };
    expect(generateSecret(options)).toMatch(/^[d-z3-9]{400}$/);
    expect(generateSecret({ ...options, IncludeSpace: true, RequireEachIncludedType: true })).toMatch(/ /);
  });

  it('is stored in the template string under its key', () => {
    const SecretStringTemplate = '{"user":"ana"}';
    const secret = generateSecret({ SecretStringTemplate, GenerateStringKey: 'password', PasswordLength: 8 });
    expect(JSON.parse(secret)).toEqual({ user: 'ana', password: expect.stringMatching(/^.{8}$/) });
  });
});

describe('Secrets Manager', () => {
  it('returns the value by name, by ARN and by partial ARN', async () => {
    const client = await start(track(temporaryFolder()).path, { 'app/key': 'given' });
    for (const SecretId of ['app/key', arn, arn.slice(0, -7)]) expect(await value(client, { SecretId })).toBe('given');
    await expect(value(client, { SecretId: 'none' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('refuses a value of more than 64 KiB', async () => {
    const put = (SecretString: string) => new PutSecretValueCommand({ SecretId: 'app/key', SecretString });
    const client = await start(track(temporaryFolder()).path);
    await client.send(put('x'.repeat(65_536)));
    await expect(client.send(put('x'.repeat(65_537)))).rejects.toMatchObject({ name: 'ValidationException' });
    const SecretBinary = new Uint8Array(65_537);
    await expect(client.send(new PutSecretValueCommand({ SecretId: 'app/key', SecretBinary }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const off = await start(
      track(temporaryFolder()).path,
      {},
      [definition],
      limitsOf({ 'secretsmanager.valueBytes': false }),
    );
    await off.send(put('x'.repeat(65_537)));
  });

  it('keeps the new value and the previous one', async () => {
    const folder = track(temporaryFolder()).path;
    const first = await start(folder);
    await first.send(new PutSecretValueCommand({ SecretId: 'app/key', SecretString: 'new' }));
    const second = await start(folder);
    expect(await value(second)).toBe('new');
    expect(await value(second, { VersionStage: 'AWSPREVIOUS' })).toBe('made up');
    expect(await value(await start(folder, { 'app/key': 'given' }))).toBe('given');
  });

  it('makes a value of the stored one', async () => {
    const folder = track(temporaryFolder()).path;
    const append: SecretSource = (stored) => `${stored ?? 'none'}+`;
    expect(await value(await start(folder, { 'app/key': append }))).toBe('none+');
    expect(await value(await start(folder, { Key: append }))).toBe('none++');
  });

  it('has no value of a secret that the template states and generates none for, until one is put', async () => {
    const { initial: _initial, ...empty } = definition;
    const client = await start(track(temporaryFolder()).path, {}, [empty]);
    await expect(value(client)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await client.send(new PutSecretValueCommand({ SecretId: 'app/key', SecretString: 'first' }));
    expect(await value(client)).toBe('first');
  });

  it('refuses another value for a version that exists, also for one that has been replaced since', async () => {
    const client = await start(track(temporaryFolder()).path);
    const put = (SecretString: string, token: string) =>
      client.send(
        new PutSecretValueCommand({ SecretId: 'app/key', SecretString, ClientRequestToken: token.repeat(32) }),
      );
    await put('one', '1');
    await put('two', '2');
    await put('three', '3');
    await expect(put('other', '1')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    // The same call repeated changes nothing.
    await put('one', '1');
    expect(await value(client)).toBe('three');
  });
});
