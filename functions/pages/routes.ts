import { openApiDocument } from '../../api/openapi.ts';
import { PregonError } from '../../core/errors.ts';
import type { HttpAnswer, HttpEvent, HttpRoutes } from '../common/http.ts';
import type { StaticFile } from './static-files.ts';

export interface PagesDeps {
  file(path: string): Promise<StaticFile | undefined>;
  stage: string;
  /** The origin of the addresses to which the pages send large files. */
  bucketOrigin: string;
}

/** Each page's folder. The console routes in the browser, so every path below it except its assets answers its index. */
const PAGES = ['docs', 'graphql', 'console'];
const CLIENT_ROUTED = 'console';

/**
 * The pages load nothing from another origin, and send nothing to any but the bucket of uploads. Scripts are files: an inline one does not run. Styles may be
 * inline, because the component libraries set them on elements.
 */
const securityHeaders = (bucketOrigin: string) => ({
  'content-security-policy': [
    "default-src 'self'",
    `connect-src 'self' ${bucketOrigin}`,
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
});

/** What needs no key: health, the OpenAPI document, and the files of the pages. */
export function pageRoutes({ file, stage, bucketOrigin }: PagesDeps): HttpRoutes {
  const security = securityHeaders(bucketOrigin);
  const openApi = JSON.stringify(openApiDocument());

  async function page({ rawPath, headers }: HttpEvent): Promise<HttpAnswer> {
    const [folder = '', ...rest] = segmentsOf(rawPath);
    const name = rest.join('/');
    const isIndex = name === '' || (folder === CLIENT_ROUTED && !name.startsWith('assets/'));
    const found = await file(isIndex ? `${folder}/index.html` : `${folder}/${name}`);
    if (!found) throw new PregonError('NotFound', `There is nothing at ${rawPath}.`);
    return fileAnswer(found, headers, security);
  }

  return {
    'GET /': async () => ({ statusCode: 302, headers: { location: '/console', 'cache-control': 'no-store' } }),
    'GET /health': async () => json(JSON.stringify({ status: 'ok', stage }), 'no-store', security),
    'GET /openapi.json': async () => json(openApi, 'no-cache', security),
    ...Object.fromEntries(
      PAGES.flatMap((name) => [
        [`GET /${name}`, page],
        [`GET /${name}/{proxy+}`, page],
      ]),
    ),
  };
}

function segmentsOf(path: string): string[] {
  try {
    return decodeURIComponent(path).split('/').filter(Boolean);
  } catch (error) {
    throw new PregonError('BadRequest', 'The path is not valid.', {}, { cause: error });
  }
}

const json = (body: string, cacheControl: string, security: Record<string, string>): HttpAnswer => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': cacheControl, ...security },
  body,
});

function fileAnswer(file: StaticFile, request: HttpEvent['headers'], security: Record<string, string>): HttpAnswer {
  const headers = {
    'content-type': file.contentType,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    ...(file.gzipped ? { vary: 'accept-encoding' } : {}),
    ...security,
  };
  if (request['if-none-match']?.includes(file.etag)) return { statusCode: 304, headers };
  if (file.gzipped && /\bgzip\b/.test(request['accept-encoding'] ?? '')) {
    return {
      statusCode: 200,
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: file.gzipped.toString('base64'),
      isBase64Encoded: true,
    };
  }
  const isText = /^text\/|json|svg/.test(file.contentType);
  return {
    statusCode: 200,
    headers,
    body: file.body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  };
}
