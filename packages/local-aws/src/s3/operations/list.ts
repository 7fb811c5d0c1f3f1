import type { AwsResponse } from '../../gateway/types.ts';
import type { S3Call } from '../protocol/call.ts';
import { invalidArgument, ok } from '../protocol/responses.ts';
import { xmlDocument } from '../protocol/xml.ts';
import type { ObjectRecord, ObjectStore } from '../state/object-store.ts';
import type { S3Context } from './operations.ts';

interface Page {
  readonly objects: readonly ObjectRecord[];
  readonly prefixes: readonly string[];
  /** The last key or common prefix, if there is another page. */
  readonly next?: string;
}

const LAST_CHARACTER = '\u{10ffff}';
const MAX_KEYS = 1_000;

export function listObjectsV2({ store }: S3Context, call: S3Call): AwsResponse {
  const { query } = call;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const after = token === null ? startAfter : readToken(token);
  const { objects, prefixes, next } = readPage(store, call, after);
  const encode = encoder(query);
  const members = {
    Name: call.bucket,
    Prefix: encode(query.get('prefix') ?? ''),
    StartAfter: startAfter === '' ? undefined : encode(startAfter),
    Delimiter: optional(query.get('delimiter'), encode),
    MaxKeys: maxKeys(query),
    KeyCount: objects.length + prefixes.length,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: next !== undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString('base64url'),
    Contents: objects.map((object) => contents(object, encode)),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
  return ok(call, {}, xmlDocument('ListBucketResult', members));
}

export function listObjects({ store }: S3Context, call: S3Call): AwsResponse {
  const { query } = call;
  const marker = query.get('marker') ?? '';
  const { objects, prefixes, next } = readPage(store, call, marker);
  const encode = encoder(query);
  const members = {
    Name: call.bucket,
    Prefix: encode(query.get('prefix') ?? ''),
    Marker: encode(marker),
    Delimiter: optional(query.get('delimiter'), encode),
    MaxKeys: maxKeys(query),
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: next !== undefined,
    NextMarker: next === undefined ? undefined : encode(next),
    Contents: objects.map((object) => contents(object, encode)),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
  return ok(call, {}, xmlDocument('ListBucketResult', members));
}

/** One page of keys and common prefixes. `after` is a key or a common prefix. */
function readPage(store: ObjectStore, call: S3Call, after: string): Page {
  const prefix = call.query.get('prefix') ?? '';
  const delimiter = call.query.get('delimiter') ?? '';
  const max = maxKeys(call.query);
  const objects: ObjectRecord[] = [];
  const prefixes: string[] = [];
  const commonPrefix = (key: string) => {
    const end = delimiter === '' || !key.startsWith(prefix) ? -1 : key.indexOf(delimiter, prefix.length);
    return end === -1 ? undefined : key.slice(0, end + delimiter.length);
  };
  let last: string | undefined;
  // After a common prefix, skip every key that begins with it.
  let from = commonPrefix(after) === after && after !== '' ? after + LAST_CHARACTER : after;
  if (max === 0) return { objects, prefixes };
  for (;;) {
    let jump: string | undefined;
    for (const object of store.list(call.bucket, prefix, from)) {
      if (objects.length + prefixes.length === max)
        return { objects, prefixes, ...(last === undefined ? {} : { next: last }) };
      const common = commonPrefix(object.key);
      last = common ?? object.key;
      if (common === undefined) objects.push(object);
      else {
        prefixes.push(common);
        jump = common + LAST_CHARACTER;
        break;
      }
    }
    if (jump === undefined) return { objects, prefixes };
    from = jump;
  }
}

function maxKeys(query: URLSearchParams): number {
  const text = query.get('max-keys');
  if (text === null || text === '') return MAX_KEYS;
  if (!/^\d{1,10}$/.test(text)) throw invalidArgument('Argument max-keys must be an integer between 0 and 2147483647');
  return Math.min(Number(text), MAX_KEYS);
}

function readToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (key === '' || Buffer.from(key).toString('base64url') !== token) {
    throw invalidArgument('The continuation token provided is incorrect');
  }
  return key;
}

function encoder(query: URLSearchParams): (text: string) => string {
  if (query.get('encoding-type') !== 'url') return (text) => text;
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/');
}

const optional = (text: string | null, encode: (text: string) => string) =>
  text === null || text === '' ? undefined : encode(text);

const contents = ({ key, lastModified, etag, size }: ObjectRecord, encode: (text: string) => string) => ({
  Key: encode(key),
  LastModified: new Date(lastModified).toISOString(),
  ETag: `"${etag}"`,
  Size: size,
  StorageClass: 'STANDARD',
});
