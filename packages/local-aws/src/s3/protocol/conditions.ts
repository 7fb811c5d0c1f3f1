import { AwsError } from '../../gateway/errors.ts';
import type { ObjectRecord } from '../state/object-store.ts';
import type { S3Call } from './call.ts';
import { noSuchKey, preconditionFailed } from './responses.ts';

const matches = (condition: string, etag: string) =>
  condition === '*' ||
  condition.split(',').some((part) => part.trim().replace(/^W\//, '').replaceAll('"', '') === etag);

/** Checks `If-Match` and `If-None-Match` of a write. Throws with 412 if the condition fails. */
export function checkWrite(call: S3Call, before: ObjectRecord | undefined): void {
  const ifNoneMatch = call.header('if-none-match');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw new AwsError('NotImplemented', 'If-None-Match of a write supports * only', 501);
    if (before) throw preconditionFailed();
  }
  const ifMatch = call.header('if-match');
  if (ifMatch === undefined) return;
  if (!before) throw noSuchKey();
  if (!matches(ifMatch, before.etag)) throw preconditionFailed();
}

/** Checks the conditions of a read in the order of RFC 9110. The response to `not-modified` is 304. */
export function checkRead(call: S3Call, object: ObjectRecord, prefix = ''): 'send' | 'not-modified' {
  const condition = (name: string) => call.header(`${prefix}${name}`);
  const seconds = Math.floor(object.lastModified / 1000) * 1000;
  const ifMatch = condition('if-match');
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag)) throw preconditionFailed();
  } else if (seconds > Date.parse(condition('if-unmodified-since') ?? '')) {
    throw preconditionFailed();
  }
  const ifNoneMatch = condition('if-none-match');
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, object.etag) ? 'not-modified' : 'send';
  return seconds <= Date.parse(condition('if-modified-since') ?? '') ? 'not-modified' : 'send';
}

/** The bytes that a Range header selects, both ends included; undefined for the whole object. */
export function readRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first = '', last = ''] = match;
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      'content-range': `bytes */${size}`,
    });
  }
  // RFC 9110: a range that ends before it starts is invalid, and an invalid range is ignored.
  return start > end ? undefined : { start, end };
}
