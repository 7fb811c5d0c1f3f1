import { ROUTES } from '../../../api/routes.ts';
import { ROUTE_SCOPES } from '../../../api/scopes.ts';
import { type ApiKey, hashOf, newApiKey, SCOPES } from '../../../core/api-keys/api-keys.ts';
import { createAuthorize } from '../../../functions/authorizer/authorize.ts';
import { cached } from '../../../functions/common/cached.ts';
import { silent } from '../support/telemetry.ts';

const entry = (name: string, key: string, scopes: readonly string[] = SCOPES): ApiKey => ({
  name,
  sha256: hashOf(key),
  scopes: [...scopes],
  createdAt: '2026-11-22T10:00:00.000Z',
});

describe('the authorizer', () => {
  const authorize = createAuthorize(async () => [entry('other', newApiKey()), entry('shop', 'secret-key')], silent);

  it.each(['Bearer secret-key', 'bearer secret-key', 'Bearer  secret-key '])('lets %j in', async (header) => {
    expect(await authorize(header, 'GET /campaigns')).toEqual({
      isAuthorized: true,
      context: { keyName: 'shop', scopes: 'send read operate' },
    });
  });

  it.each([
    undefined,
    '',
    'secret-key',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    'Bearer secret-key x',
    'Basic secret-key',
    `Bearer ${hashOf('secret-key')}`,
  ])('refuses %j', async (header) => {
    expect(await authorize(header, 'GET /campaigns')).toEqual({ isAuthorized: false });
  });

  it.each(SCOPES)('lets a key with the scope %s call exactly the routes of that scope', async (scope) => {
    const authorizeScope = createAuthorize(async () => [entry('one', 'k', [scope])], silent);
    const allowed: string[] = [];
    for (const route of Object.keys(ROUTE_SCOPES)) {
      if ((await authorizeScope('Bearer k', route)).isAuthorized) allowed.push(route);
    }

    expect(allowed).toEqual(
      Object.keys(ROUTE_SCOPES).filter((route) => (ROUTE_SCOPES[route] as readonly string[]).includes(scope)),
    );
    expect(allowed.length).toBeGreaterThan(3);
  });

  it.each(['DELETE /everything', 'toString', '$default'])(
    'refuses the unknown route %s to every key',
    async (route) => {
      expect(await authorize('Bearer secret-key', route)).toEqual({ isAuthorized: false });
    },
  );

  it('has a scope for every documented route that needs a key', () => {
    const documented = ROUTES.filter(({ open }) => !open).map(({ method, path }) => `${method.toUpperCase()} ${path}`);

    expect(Object.keys(ROUTE_SCOPES).sort()).toEqual([...documented, 'POST /graphql'].sort());
  });
});

describe('a cached secret', () => {
  let now = 0;
  let loads = 0;
  let key: string | Error = 'first';
  const secret = () =>
    cached(
      async () => {
        loads += 1;
        if (key instanceof Error) throw key;
        return key;
      },
      { ttlMs: 300_000, clock: { now: () => now, sleep: async () => undefined } },
    );

  beforeEach(() => {
    now = 0;
    loads = 0;
    key = 'first';
  });

  it('is read once in five minutes by concurrent callers, and a new one is known after that', async () => {
    const { get } = secret();
    await Promise.all([get(), get()]);
    key = 'rotated';
    now += 299_000;
    expect(await get()).toBe('first');
    expect(loads).toBe(1);

    now += 2_000;
    expect(await get()).toBe('rotated');
    expect(loads).toBe(2);
  });

  it('is read again after a read that failed', async () => {
    const { get } = secret();
    key = new Error('no Secrets Manager');
    await expect(get()).rejects.toThrow('no Secrets Manager');

    key = 'first';
    expect(await get()).toBe('first');
  });

  it('is read again after it was forgotten', async () => {
    const { get, forget } = secret();
    await get();
    key = 'rotated';
    forget();

    expect(await get()).toBe('rotated');
  });
});
