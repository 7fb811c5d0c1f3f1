import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { pageRoutes } from '../../../functions/pages/routes.ts';
import { staticFiles } from '../../../functions/pages/static-files.ts';
import { httpClient } from '../support/http.ts';

const SCRIPT = `// ${'x'.repeat(5000)}`;
const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the pages', () => {
  let folder: string;
  let client: ReturnType<typeof httpClient>;
  const get = (rawPath: string, headers: Record<string, string> = {}) => ask('GET', rawPath, headers);
  /** As API Gateway chooses the route. */
  const ask = (method: string, rawPath: string, headers: Record<string, string> = {}) => {
    const exact = ['/', '/health', '/openapi.json', '/docs', '/graphql', '/console'].includes(rawPath);
    const route = exact && method === 'GET' ? `GET ${rawPath}` : '$default';
    const isBelow = method === 'GET' && /^\/console\/./.test(rawPath);
    return client(isBelow ? 'GET /console/{proxy+}' : route, { rawPath, headers, method });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregon-pages-'));
    const root = join(folder, 'static');
    const assets = join(root, 'console', 'assets');
    await mkdir(assets, { recursive: true });
    await writeFile(join(root, 'console', 'index.html'), '<!doctype html><head></head>console');
    await writeFile(join(assets, 'main-AB12CD34.js'), SCRIPT);
    await writeFile(join(assets, 'main-AB12CD34.js.br'), brotliCompressSync(SCRIPT));
    await writeFile(join(assets, 'open-sans-AB12CD34.woff2'), Buffer.from([1, 255, 2]));
    await writeFile(join(folder, 'secret.txt'), 'secret');
    client = httpClient(pageRoutes({ file: staticFiles(root), stage: 'test', bucketOrigin: 'https://files.test' }));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('answers health and the OpenAPI document', async () => {
    expect(await get('/health')).toMatchObject({ status: 200, body: { status: 'ok', stage: 'test' } });
    const { body, headers } = await get('/openapi.json');
    expect(headers['content-type']).toBe('application/json');
    expect(body.openapi).toBe('3.1.0');
  });

  it('leads from the bare address to the console', async () => {
    expect(await get('/')).toMatchObject({ status: 302, headers: { location: '/console' } });
  });

  it.each([
    '/docs',
    '/docs/',
    '/graphql',
    '/graphql/',
    '/console',
    '/console/',
    '/console/executions/arn:aws:states:x',
    '/console/executions/arn:aws:states:us-east-1:000000000000:execution:m:run.v2',
  ])('%s is a page that browsers always revalidate', async (path) => {
    const answer = await get(path);

    expect(answer).toMatchObject({ status: 200, isBase64Encoded: false });
    expect(answer.body).toContain('console');
    expect(answer.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    const policy = String(answer.headers['content-security-policy']).split('; ');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self' https://files.test");
  });

  it('does not compress a page, so that a proxy may insert into its head', async () => {
    const answer = await get('/console', { 'accept-encoding': 'gzip, br' });

    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  it('compresses scripts as the browser can read it best, and lets it keep those with a hash in their name', async () => {
    const br = await get('/console/assets/main-AB12CD34.js', { 'accept-encoding': 'gzip, deflate, br' });
    expect(br.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(brotliDecompressSync(Buffer.from(String(br.body), 'base64')).toString()).toBe(SCRIPT);

    const gzip = await get('/console/assets/main-AB12CD34.js', { 'accept-encoding': 'gzip' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(Buffer.from(String(gzip.body), 'base64')).toString()).toBe(SCRIPT);

    expect((await get('/console/assets/main-AB12CD34.js')).body).toBe(SCRIPT);
  });

  it('sends binary files unchanged', async () => {
    const { body, headers, isBase64Encoded } = await get('/console/assets/open-sans-AB12CD34.woff2');

    expect(headers['content-type']).toBe('font/woff2');
    expect(isBase64Encoded).toBe(true);
    expect([...Buffer.from(String(body), 'base64')]).toEqual([1, 255, 2]);
  });

  it('answers 304 to a browser that has the file', async () => {
    const { headers } = await get('/console');

    expect(await get('/console', { 'if-none-match': String(headers.etag) })).toMatchObject({ status: 304 });
  });

  it.each([
    '/console/assets/gone-11111111.js',
    '/console/assets/../../../secret.txt',
    '/console/assets/%2e%2e/%2e%2e/%2e%2e/secret.txt',
    '/console/assets/..%2f..%2f..%2fsecret.txt',
    '/docs/nothing.js',
    '/graphql/unknown',
    '/elsewhere',
    '/favicon.ico',
  ])('answers 404 to %s, with a problem document for a program and a page for a browser', async (path) => {
    const problem = await get(path, { accept: 'application/json' });
    expect(problem).toMatchObject({ status: 404, body: { code: 'NotFound' } });
    expect(problem.headers['content-type']).toBe('application/problem+json');

    const page = await get(path, BROWSER);
    expect(page.status).toBe(404);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it('names the methods of a path that has others', async () => {
    const answer = await ask('DELETE', '/campaigns/abc/skipped.csv');

    expect(answer).toMatchObject({ status: 405, body: { code: 'MethodNotAllowed' }, headers: { allow: 'GET' } });
    expect((await ask('DELETE', '/campaigns/upload')).headers).toMatchObject({ allow: 'POST' });
    expect(await get('/upload', BROWSER)).toMatchObject({
      status: 405,
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
  });

  it('does not say that a path answers what was asked, where only its spelling is wrong', async () => {
    const answer = await get('//campaigns');
    expect(answer).toMatchObject({ status: 404, body: { detail: 'There is nothing at //campaigns.' } });
  });

  it('refuses a path with an invalid escape', async () => {
    expect(await get('/docs/%E0%A4%A')).toMatchObject({ status: 400 });
  });
});
