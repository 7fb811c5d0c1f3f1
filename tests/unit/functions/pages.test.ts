import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildDocs } from '../../../functions/pages/build.ts';
import { pageRoutes } from '../../../functions/pages/routes.ts';
import { staticFiles } from '../../../functions/pages/static-files.ts';
import { httpClient } from '../support/http.ts';

describe('the pages', () => {
  let folder: string;
  let client: ReturnType<typeof httpClient>;
  const get = (rawPath: string, headers: Record<string, string> = {}) => {
    const [, page = '', rest] = rawPath.split('/');
    return client(`GET /${page}${rest ? '/{proxy+}' : ''}`, { rawPath, headers });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregon-pages-'));
    const root = join(folder, 'static');
    await buildDocs(join(root, 'docs'));
    await mkdir(join(root, 'console', 'assets'), { recursive: true });
    await mkdir(join(root, 'graphql'), { recursive: true });
    await writeFile(join(root, 'console', 'index.html'), '<!doctype html><head></head>console');
    await writeFile(join(root, 'console', 'assets', 'main-AB12CD34.js'), `// ${'x'.repeat(5000)}`);
    await writeFile(join(root, 'graphql', 'index.html'), '<!doctype html><head></head>graphiql');
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

  it.each([
    ['/docs', 'Pregón API'],
    ['/docs/', 'Pregón API'],
    ['/graphql', 'graphiql'],
    ['/console', 'console'],
    ['/console/executions/arn:aws:states:x', 'console'],
    ['/console/executions/arn:aws:states:us-east-1:000000000000:execution:m:run.v2', 'console'],
  ])('%s is a page that browsers always revalidate', async (path, text) => {
    const answer = await get(path);

    expect(answer).toMatchObject({ status: 200, isBase64Encoded: false });
    expect(answer.body).toContain(text);
    expect(answer.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    const policy = String(answer.headers['content-security-policy']).split('; ');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self' https://files.test");
  });

  it('does not compress a page, so that a proxy may insert into its head', async () => {
    const answer = await get('/console', { 'accept-encoding': 'gzip' });

    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  it('compresses scripts, and lets browsers keep those with a hash in their name', async () => {
    const answer = await get('/console/assets/main-AB12CD34.js', { 'accept-encoding': 'gzip, br' });

    expect(answer.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(gunzipSync(Buffer.from(String(answer.body), 'base64')).toString()).toContain('xxx');
    expect((await get('/console/assets/main-AB12CD34.js')).body).toContain('xxx');
  });

  it('sends binary files unchanged', async () => {
    const { body, headers, isBase64Encoded } = await get('/docs/favicon-32x32.png');

    expect(headers['content-type']).toBe('image/png');
    expect(isBase64Encoded).toBe(true);
    expect(Buffer.from(String(body), 'base64').subarray(1, 4).toString()).toBe('PNG');
  });

  it('answers 304 to a browser that has the file', async () => {
    const { headers } = await get('/docs/docs.js');

    expect(await get('/docs/docs.js', { 'if-none-match': String(headers.etag) })).toMatchObject({ status: 304 });
  });

  it.each([
    '/docs/nothing.js',
    '/console/assets/gone-11111111.js',
    '/docs/../../secret.txt',
    '/docs/%2e%2e/%2e%2e/secret.txt',
    '/docs/..%2f..%2fsecret.txt',
    '/graphql/unknown',
    '/elsewhere',
  ])('answers 404 to %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404 });
  });

  it('refuses a path with an invalid escape', async () => {
    expect(await get('/docs/%E0%A4%A')).toMatchObject({ status: 400 });
  });

  it('loads Swagger UI only from this origin', async () => {
    const page = await readFile(join(folder, 'static', 'docs', 'index.html'), 'utf8');
    const css = await readFile(join(folder, 'static', 'docs', 'swagger-ui.css'), 'utf8');

    expect([...page.matchAll(/(?:src|href)="([^"]+)"/g)].every((match) => match[1]?.startsWith('/'))).toBe(true);
    expect([...css.matchAll(/url\(["']?(https?:|\/\/)/g)]).toEqual([]);
  });
});
