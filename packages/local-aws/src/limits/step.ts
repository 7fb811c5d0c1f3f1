import { AwsError } from '../gateway/errors.ts';
import type { AwsRequest, Step } from '../gateway/types.ts';
import type { CallLimitName, Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Node refuses more bytes of headers. Smaller requests need no measuring. */
const MOST_HEADERS = 16 * 1024;

export interface LimitCallsOptions {
  readonly limits: Limits;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Called for each call that is throttled. */
  onThrottled?(name: CallLimitName): void;
}

/** Refuses calls beyond the quotas of the account, and requests of Step Functions that are too large. Calls from within count too. */
export function limitCalls({ limits: { calls, max }, now, onThrottled }: LimitCallsOptions): Step {
  const buckets = new Map(Object.entries(calls).map(([name, limit]) => [name, new TokenBucket(limit, now())] as const));
  const maxRequest = max['states.requestBytes'];
  return (request, next) => {
    const { service } = request;
    if (service !== 'states' && service !== 'ses') return next(request);
    const name = `${service}.${request.operation}`;
    const bucket = buckets.get(name);
    if (bucket && !bucket.take(now())) {
      onThrottled?.(name as CallLimitName);
      throw service === 'ses'
        ? new AwsError('TooManyRequestsException', 'Rate exceeded', 429)
        : new AwsError('ThrottlingException', 'Rate exceeded');
    }
    if (service === 'states' && request.body.length + MOST_HEADERS > maxRequest && sizeOf(request) > maxRequest) {
      throw new AwsError('RequestEntityTooLargeException', `Request size exceeded ${maxRequest} bytes`, 413);
    }
    return next(request);
  };
}

/** Bytes of the body and of the headers, as `name: value` and a line break. */
function sizeOf({ body, headers }: AwsRequest): number {
  let size = body.length;
  for (const name in headers) size += name.length + String(headers[name]).length + 4;
  return size;
}
