import type { ObjectRecord } from '../state/object-store.ts';
import type { S3Call } from './call.ts';
import { invalidArgument } from './responses.ts';

const STORED = ['cache-control', 'content-disposition', 'content-language', 'expires'] as const;
/** Headers that a request may override with `response-content-type` and so on. */
const OVERRIDES = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];

/** The headers that are stored with an object: its type and its metadata. */
export function headersToKeep(call: S3Call, names: Iterable<string>): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': call.header('content-type') ?? 'binary/octet-stream' };
  for (const name of STORED) {
    const value = call.header(name);
    if (value !== undefined) kept[name] = value;
  }
  const encoding = (call.header('content-encoding') ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked');
  if (encoding.length > 0) kept['content-encoding'] = encoding.join(',');
  for (const name of names) {
    const lower = name.toLowerCase();
    const value = lower.startsWith('x-amz-meta-') ? call.header(lower) : undefined;
    if (value !== undefined) kept[lower] = value;
  }
  return kept;
}

/** The headers of an object in the response to GetObject and HeadObject. */
export function objectHeaders(call: S3Call, object: ObjectRecord): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    'x-amz-request-id': call.requestId,
  };
  for (const name of OVERRIDES) {
    const override = call.query.get(`response-${name}`);
    if (override !== null) headers[name] = override;
  }
  if (call.header('x-amz-checksum-mode') === 'ENABLED' && object.checksum) {
    Object.assign(headers, object.checksum, { 'x-amz-checksum-type': 'FULL_OBJECT' });
  }
  if (object.tags) headers['x-amz-tagging-count'] = Object.keys(object.tags).length;
  return headers;
}

/** Reads tags in the form `a=1&b=2`. */
export function readTags(header: string | undefined): Record<string, string> | undefined {
  if (header === undefined) return undefined;
  const tags = Object.fromEntries(new URLSearchParams(header));
  if (Object.keys(tags).length > 10) throw invalidArgument('Object tags cannot be greater than 10');
  return tags;
}
