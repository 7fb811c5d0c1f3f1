import { Readable } from 'node:stream';
import { AwsError } from '../../gateway/errors.ts';
import type { AwsRequest } from '../../gateway/types.ts';
import { splitAddress } from './address.ts';

/** One call of S3, whichever way it was addressed and signed. */
export interface S3Call {
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
  readonly accessKeyId: string;
  readonly stream: Readable;
  /** By its name in lower case; a presigned address may carry headers in its query. */
  header(name: string): string | undefined;
}

/** Reads bucket, key and headers of a call. Throws where a presigned address is over or is used for something else. */
export function readCall(request: AwsRequest, now: number): S3Call {
  const { bucket, key } = splitAddress(request.path, request.headers.host);
  const presigned = request.query.has('X-Amz-Signature');
  const inQuery = new Map<string, string>();
  if (presigned) {
    for (const [name, value] of request.query) inQuery.set(name.toLowerCase(), value);
    checkPresigned(request, inQuery, now);
  }
  return {
    operation: request.operation,
    bucket,
    key,
    query: request.query,
    requestId: request.requestId,
    accessKeyId: request.principal.accessKeyId,
    stream: request.stream ?? Readable.from([request.body]),
    header(name) {
      const value = request.headers[name];
      return (Array.isArray(value) ? value[0] : value) ?? inQuery.get(name);
    },
  };
}

/** Signatures are not verified here, but what a presigned address says of its time and its headers holds. */
function checkPresigned(request: AwsRequest, query: ReadonlyMap<string, string>, now: number): void {
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('x-amz-date') ?? '');
  const seconds = Number(query.get('x-amz-expires'));
  if (!stamp || !(seconds > 0 && seconds <= 604_800)) {
    throw new AwsError(
      'AuthorizationQueryParametersError',
      'X-Amz-Date and X-Amz-Expires are needed, up to a week',
      400,
    );
  }
  const [year, month, day, hour, minute, second] = stamp.slice(1).map(Number);
  const signedAt = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  if (now > signedAt + seconds * 1000) throw new AwsError('AccessDenied', 'Request has expired', 403);
  for (const name of (query.get('x-amz-signedheaders') ?? '').split(';')) {
    if (name !== '' && request.headers[name] === undefined) {
      throw new AwsError('SignatureDoesNotMatch', `The address was signed for a request with the header ${name}`, 403);
    }
  }
}
