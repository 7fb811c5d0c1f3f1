import { createApiKeyCheck } from '../../../functions/authorizer/api-key.ts';
import { cached } from '../../../functions/common/cached.ts';

describe('the API key', () => {
  const isAllowed = createApiKeyCheck(async () => 'secret-key');

  it.each(['Bearer secret-key', 'bearer secret-key', 'Bearer  secret-key '])('lets %j in', async (header) => {
    expect(await isAllowed(header)).toBe(true);
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
  ])('refuses %j', async (header) => {
    expect(await isAllowed(header)).toBe(false);
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
