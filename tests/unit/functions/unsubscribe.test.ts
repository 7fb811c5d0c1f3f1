import { parseUnsubscribeKeys } from '../../../core/consent/unsubscribe-keys.ts';
import { type Unsubscription, unsubscribeToken } from '../../../core/consent/unsubscribe-token.ts';
import { languageOf } from '../../../functions/unsubscribe/page.ts';
import { unsubscribeRoutes } from '../../../functions/unsubscribe/routes.ts';

const KEYS = JSON.stringify({ current: '1', 1: 'a'.repeat(64) });
const ROTATED = JSON.stringify({ current: '2', 1: 'a'.repeat(64), 2: 'b'.repeat(64) });
const who = { sendId: 'batch-1', email: "o'neil&co@example.com" };

function open(secrets = [KEYS]) {
  const unsubscribed: Unsubscription[] = [];
  let read = 0;
  const routes = unsubscribeRoutes({
    keys: {
      get: async () => parseUnsubscribeKeys(secrets[Math.min(read, secrets.length - 1)]),
      forget: () => {
        read += 1;
      },
    },
    async unsubscribe(one) {
      unsubscribed.push(one);
    },
  });
  const call = async (method: string, token: string, headers: Record<string, string> = {}) => {
    const route = routes[`${method} /unsubscribe/{token}`];
    if (!route) throw new Error('There is no such route');
    const answer = await route({ pathParameters: { token }, headers } as never, {} as never);
    return { status: answer.statusCode, headers: answer.headers ?? {}, body: answer.body ?? '' };
  };
  return { call, unsubscribed };
}
const token = unsubscribeToken(parseUnsubscribeKeys(KEYS), who);

describe('the links of unsubscribing', () => {
  it.each(['GET', 'HEAD'])('ask on %s and unsubscribe nobody', async (method) => {
    const { call, unsubscribed } = open();
    const { status, body } = await call(method, token);

    expect(status).toBe(200);
    expect(body).toContain('<form method="post">');
    expect(body).toContain('<strong>o&#39;neil&amp;co@example.com</strong>');
    expect(unsubscribed).toEqual([]);
  });

  it('unsubscribe on POST, with and without the body of RFC 8058', async () => {
    const { call, unsubscribed } = open();

    expect((await call('POST', token, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(200);
    expect((await call('POST', token, { 'content-type': 'multipart/form-data; boundary=x' })).status).toBe(200);
    expect(unsubscribed).toEqual([who, who]);
  });

  it('answer 200 to POST for a forged, cut or foreign token, and unsubscribe nobody', async () => {
    const { call, unsubscribed } = open();
    const foreign = unsubscribeToken(parseUnsubscribeKeys(ROTATED.replaceAll('b', 'c')), who);

    for (const wrong of ['x', token.slice(0, -3), `${token}x`, foreign]) {
      const { status, body } = await call('POST', wrong);
      expect([status, body.includes('not valid')]).toEqual([200, true]);
    }
    expect(unsubscribed).toEqual([]);
    expect((await call('GET', 'x')).body).not.toContain('<form');
  });

  it('know a key that was added a moment ago', async () => {
    const { call, unsubscribed } = open([KEYS, ROTATED]);
    const newer = unsubscribeToken(parseUnsubscribeKeys(ROTATED), who);

    await call('POST', newer);
    await call('POST', token);
    expect(unsubscribed).toEqual([who, who]);
  });

  it('are pages in which no script runs, and that nobody frames, caches or lists', async () => {
    const { call } = open();
    const { headers, body } = await call('GET', token);

    expect(body).not.toContain('<script');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(headers['x-robots-tag']).toContain('noindex');
  });

  it('are in Spanish for a browser that prefers it', async () => {
    const { call } = open();

    expect((await call('GET', token, { 'accept-language': 'es-MX,es;q=0.9,en;q=0.8' })).body).toContain(
      '<html lang="es">',
    );
    expect((await call('GET', token)).body).toContain('<html lang="en">');
  });

  it.each([
    ['es', 'es'],
    ['es-419;q=0.5', 'es'],
    ['en-GB,es;q=0.9', 'en'],
    ['en;q=0.1, es;q=0.9', 'es'],
    ['fr,de', 'en'],
    ['*', 'en'],
    ['es;q=0', 'en'],
    ['', 'en'],
    [';;;=,,q', 'en'],
  ])('take %j as %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});
