import { openApiDocument } from '../../api/openapi.ts';
import { ROUTES } from '../../api/routes.ts';
import { PregonError } from '../../core/errors.ts';
import type { HttpAnswer, HttpEvent, HttpRoutes } from '../common/http.ts';
import type { StaticFile } from './static-files.ts';

export interface PagesDeps {
  file(path: string): Promise<StaticFile | undefined>;
  stage: string;
  /** The origin of the addresses to which the pages send large files. */
  bucketOrigin: string;
}

/** The pages, which route in the browser: each has the same document, and all below the console's path are its own. */
const CONSOLE = 'console';
const PAGES = new Set(['docs', 'graphql', CONSOLE]);
const DOCUMENT = `${CONSOLE}/index.html`;
const ASSETS = `${CONSOLE}/assets/`;

/**
 * The pages load nothing from another origin, and send nothing to any but the bucket of uploads. Scripts are files: an inline one does
 * not run. Styles may be inline, because the component libraries set them on elements.
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

  async function page({ rawPath, headers }: HttpEvent, status = 200): Promise<HttpAnswer> {
    const found = await file(DOCUMENT);
    if (!found) throw new PregonError('NotFound', `There is nothing at ${rawPath}.`);
    return fileAnswer(found, headers, security, status);
  }

  /** A page or a file of the pages. Everywhere else a browser gets a page that says so, and a program a problem document. */
  async function anyPath(event: HttpEvent): Promise<HttpAnswer> {
    const { rawPath, headers, requestContext } = event;
    const method = requestContext.http.method;
    const isRead = method === 'GET' || method === 'HEAD';
    const path = segmentsOf(rawPath).join('/');
    const [folder = ''] = path.split('/');
    if (isRead && !path.startsWith(ASSETS) && (PAGES.has(path) || folder === CONSOLE)) return page(event);
    const asset = isRead && path.startsWith(ASSETS) ? await file(path) : undefined;
    if (asset) return fileAnswer(asset, headers, security);
    const allowed = methodsOf(`/${path}`);
    // A route that takes the method is not reached by this spelling of its path, such as with two slashes.
    const isOther = allowed.length > 0 && !allowed.includes(method);
    if (isRead && headers.accept?.includes('text/html')) return page(event, isOther ? 405 : 404);
    if (isOther) {
      const allow = allowed.join(', ');
      throw new PregonError('MethodNotAllowed', `${rawPath} answers ${allow}, not ${method}.`, { allow });
    }
    throw new PregonError('NotFound', `There is nothing at ${rawPath}.`);
  }

  return {
    'GET /': async () => ({ statusCode: 302, headers: { location: '/console', 'cache-control': 'no-store' } }),
    'GET /health': async () => json(JSON.stringify({ status: 'ok', stage }), 'no-store', security),
    'GET /openapi.json': async () => json(openApi, 'no-cache', security),
    'GET /docs': (event) => page(event),
    'GET /graphql': (event) => page(event),
    'GET /console': (event) => page(event),
    'GET /console/{proxy+}': anyPath,
    $default: anyPath,
  };
}

/** The documented routes, each with a pattern of its paths. */
const KNOWN = [
  ...ROUTES.map(({ method, path }) => ({ method: method.toUpperCase(), path })),
  { method: 'POST', path: '/graphql' },
].map(({ method, path }) => ({
  method,
  path,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
}));

/**
 * The methods of a path; none for a path that does not exist. `/campaigns/upload` also has the form of `/campaigns/{batchId}`, but no
 * campaign has such an id.
 */
function methodsOf(path: string): string[] {
  const literal = KNOWN.filter((route) => route.path === path);
  const routes = literal.length > 0 ? literal : KNOWN.filter(({ pattern }) => pattern.test(path));
  return routes.map(({ method }) => method);
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

function fileAnswer(
  file: StaticFile,
  request: HttpEvent['headers'],
  security: Record<string, string>,
  statusCode = 200,
): HttpAnswer {
  const codings = Object.keys(file.compressed);
  const headers = {
    'content-type': file.contentType,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    ...(codings.length > 0 && { vary: 'accept-encoding' }),
    ...security,
  };
  if (statusCode === 200 && request['if-none-match']?.includes(file.etag)) return { statusCode: 304, headers };
  const accepted = (request['accept-encoding'] ?? '').split(',').map((part) => part.split(';')[0]?.trim());
  const coding = codings.find((name) => accepted.includes(name));
  if (coding !== undefined) {
    return {
      statusCode,
      headers: { ...headers, 'content-encoding': coding },
      body: file.compressed[coding]?.toString('base64') ?? '',
      isBase64Encoded: true,
    };
  }
  const isText = /^text\/|json|svg/.test(file.contentType);
  return {
    statusCode,
    headers,
    body: file.body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  };
}
