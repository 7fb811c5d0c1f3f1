import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { jest } from '@jest/globals';
import { openSecrets } from 'local-aws';
import { runKeys } from '../../../cli/commands/keys.ts';
import { type ApiKey, findApiKey, hashOf, parseApiKeys } from '../../../core/api-keys/api-keys.ts';
import { createApiKeyStore } from '../../../core/api-keys/store.ts';
import { ANYBODY, REGION } from '../support/aws.ts';

const SECRET = 'pregon-dev/api-keys';
let data: string;

/** The secret as the template creates it: without a value. */
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'pregon-keys-'));
  mkdirSync(join(data, 'secrets'));
  const arn = `arn:aws:secretsmanager:${REGION}:000000000000:secret:${SECRET}-a1b2c3`;
  const secret = { name: SECRET, arn, createdDate: 1, versions: [] };
  writeFileSync(join(data, 'secrets', 'secrets.json'), JSON.stringify([secret]));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

async function keys(...args: string[]) {
  const said: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)));
  try {
    await runKeys([...args, '--data', data]);
  } finally {
    log.mockRestore();
  }
  return said.join('\n');
}

async function withStore<T>(work: (client: SecretsManagerClient) => Promise<T>): Promise<T> {
  const { awsEndpoint, close } = await openSecrets(data);
  const client = new SecretsManagerClient({ endpoint: awsEndpoint, region: REGION, credentials: ANYBODY });
  try {
    return await work(client);
  } finally {
    client.destroy();
    await close();
  }
}
const stored = () => withStore((client) => createApiKeyStore(client, SECRET).list());

describe('npm run keys', () => {
  it('adds a key with all scopes, shows it once, and never again', async () => {
    const said = await keys('add', 'shop');

    const key = /^pregon_\S+/.exec(said)?.[0] ?? '';
    expect(findApiKey(await stored(), key)).toMatchObject({ name: 'shop', scopes: ['send', 'read', 'operate'] });
    const listed = await keys('list');
    expect(listed).toContain('shop');
    expect(listed).not.toContain(key);
    expect(listed).not.toContain(hashOf(key));
  });

  it('prints JSON for scripts', async () => {
    const { key, ...added } = JSON.parse(await keys('add', 'shop', '--scope', 'read,send', '--json'));

    expect(added).toEqual({ name: 'shop', scopes: ['send', 'read'], createdAt: expect.any(String) });
    expect(key).toMatch(/^pregon_/);
    expect(JSON.parse(await keys('list', '--json'))).toEqual({ keys: [added] });
  });

  it('revokes a key, and the last one that may operate only by force', async () => {
    await keys('add', 'ops', '--scope', 'operate');
    await keys('add', 'shop', '--scope', 'send', '--scope', 'read');

    await keys('revoke', 'shop');
    await expect(keys('revoke', 'ops')).rejects.toMatchObject({ code: 'Conflict' });
    expect((await stored()).map(({ name }) => name)).toEqual(['ops']);
    await keys('revoke', 'ops', '--force');
    expect(await stored()).toEqual([]);
    expect(await keys('list')).toContain('no keys');
  });

  it.each([
    [[], 'add NAME'],
    [['add'], 'Which key'],
    [['revoke'], 'Which key'],
    [['list', 'shop'], 'takes no name'],
    [['add', 'shop', '--scope', 'admin'], 'send, read, operate, not "admin"'],
    [['revoke', 'shop', '--scope', 'read'], 'only be used with add'],
  ])('refuses %j', async (args, text) => {
    await expect(keys(...args)).rejects.toThrow(text);
  });

  it('says so when no stack has run on the folder', async () => {
    await expect(runKeys(['list', '--data', join(data, 'none')])).rejects.toThrow('No stack has run on');
  });
});

describe('the stored keys', () => {
  const entry = (name: string): ApiKey => ({ name, sha256: hashOf(name), scopes: ['read'], createdAt: 'now' });

  it('lose no change when several operators change them at once', async () => {
    await withStore(async (client) => {
      const store = createApiKeyStore(client, SECRET);
      await Promise.all(['a', 'b', 'c', 'd'].map((name) => store.change((keys) => [...keys, entry(name)])));

      expect((await store.list()).map(({ name }) => name).sort()).toEqual(['a', 'b', 'c', 'd']);
    });
  });

  it('are refused as a whole when the value is not theirs', () => {
    expect(() => parseApiKeys('somebody pasted a key here')).toThrow('not valid');
  });
});
