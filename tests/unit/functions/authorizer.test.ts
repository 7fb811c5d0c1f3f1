import { createApiKeyCheck } from '../../../functions/authorizer/api-key.ts';

describe('the API key', () => {
  let now: number;
  let reads: number;
  let key: string | Error;
  const check = () =>
    createApiKeyCheck({
      clock: { now: () => now, sleep: async () => undefined },
      readKey: async () => {
        reads++;
        if (key instanceof Error) throw key;
        return key;
      },
    });

  beforeEach(() => {
    now = 0;
    reads = 0;
    key = 'secret-key';
  });

  it.each(['Bearer secret-key', 'bearer secret-key', 'Bearer  secret-key '])('%j is let in', async (header) => {
    expect(await check()(header)).toBe(true);
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
  ])('%j is not', async (header) => {
    expect(await check()(header)).toBe(false);
  });

  it('is read once in five minutes, and a new one is known after that', async () => {
    const isAllowed = check();
    await Promise.all([isAllowed('Bearer a'), isAllowed('Bearer b')]);
    key = 'rotated';
    now += 299_000;
    expect(await isAllowed('Bearer secret-key')).toBe(true);
    expect(reads).toBe(1);

    now += 2_000;
    expect(await isAllowed('Bearer rotated')).toBe(true);
    expect(await isAllowed('Bearer secret-key')).toBe(false);
    expect(reads).toBe(2);
  });

  it('is asked for again after it could not be read', async () => {
    const isAllowed = check();
    key = new Error('no Secrets Manager');
    await expect(isAllowed('Bearer secret-key')).rejects.toThrow('no Secrets Manager');

    key = 'secret-key';
    expect(await isAllowed('Bearer secret-key')).toBe(true);
  });
});
