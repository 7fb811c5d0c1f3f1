import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { openApiDocument } from '../../api/openapi.ts';
import { PregonError } from '../../core/errors.ts';
import type { StaticFile } from './static-files.ts';

type Request = Pick<APIGatewayProxyEventV2, 'rawPath' | 'headers'>;
type Answer = APIGatewayProxyStructuredResultV2;

export interface PagesDeps {
  file(path: string): Promise<StaticFile | undefined>;
  stage: string;
}

/** Each page's folder. The console finds its way in the browser: any path below it but its assets is its index. */
const PAGES = ['docs', 'graphql', 'console'];
const CLIENT_ROUTED = 'console';

/** Nothing is loaded from, or sent to, another origin. */
const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Answers what needs no key: health, the OpenAPI document, and the files of the pages. */
export function createPages({ file, stage }: PagesDeps): (request: Request) => Promise<Answer> {
  const openApi = JSON.stringify(openApiDocument());

  return async ({ rawPath, headers }) => {
    if (rawPath === '/health') return json(JSON.stringify({ status: 'ok', stage }), 'no-store');
    if (rawPath === '/openapi.json') return json(openApi, 'no-cache');
    if (rawPath === '/') return { statusCode: 302, headers: { location: '/console', 'cache-control': 'no-store' } };

    const [page = '', ...rest] = segmentsOf(rawPath);
    const name = PAGES.includes(page) ? rest.join('/') : undefined;
    const found = name === undefined ? undefined : await fileOf(page, name);
    if (!found) throw new PregonError('NotFound', `There is nothing at ${rawPath}.`);
    return fileAnswer(found, headers);
  };

  function fileOf(page: string, name: string): Promise<StaticFile | undefined> {
    const isRoute = name === '' || (page === CLIENT_ROUTED && !name.startsWith('assets/'));
    return file(isRoute ? `${page}/index.html` : `${page}/${name}`);
  }
}

function segmentsOf(path: string): string[] {
  try {
    return decodeURIComponent(path).split('/').filter(Boolean);
  } catch (error) {
    throw new PregonError('BadRequest', 'The path is not valid.', {}, { cause: error });
  }
}

const json = (body: string, cacheControl: string): Answer => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': cacheControl, ...SECURITY_HEADERS },
  body,
});

function fileAnswer(file: StaticFile, request: Request['headers']): Answer {
  const headers = {
    'content-type': file.contentType,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    ...(file.gzipped ? { vary: 'accept-encoding' } : {}),
    ...SECURITY_HEADERS,
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
