import { local } from '../frame/local.ts';
import { t } from '../i18n/texts.ts';
import { pauseAfterThrottling } from '../live/backoff.ts';

/** An error answer of the Step Functions API, or a missing answer. */
export class ApiError extends Error {
  /** 0 when there was no answer. */
  readonly status: number;

  constructor(name: string, message: string, status: number) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** Whether what was asked for does not exist, so that asking again is useless. */
export function isMissing(error: Error | undefined): boolean {
  return (
    error instanceof ApiError &&
    (error.status === 404 || /DoesNotExist$|^(InvalidArn|ResourceNotFound)$/.test(error.name))
  );
}

/** The local endpoint reads the service from the credential scope and verifies no signature. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=console/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=local';

/** A throttled call whose answer nobody can cancel is given up after this many tries. That takes about half a minute. */
const MAX_TRIES = 10;

/**
 * One call of the Step Functions API over its wire protocol (AWS JSON 1.0). A throttled call is repeated with growing pauses: until it
 * is accepted or `signal` is aborted, so that a poll only takes longer; without a signal for half a minute.
 */
export async function call<T>(operation: string, input: object, signal?: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await callOnce<T>(operation, input, signal);
    } catch (error) {
      const isThrottled = error instanceof ApiError && error.name === 'ThrottlingException';
      if (!isThrottled || (signal === undefined && tries >= MAX_TRIES)) throw error;
      await pause(pauseAfterThrottling(tries), signal);
    }
  }
}

/** Rejects with the signal's reason when it is aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

async function callOnce<T>(operation: string, input: object, signal?: AbortSignal): Promise<T> {
  if (local === undefined) throw new ApiError('NotLocal', t.api.notLocal, 0);
  let response: Response;
  try {
    response = await fetch(local.aws, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AWSStepFunctions.${operation}`,
        authorization: AUTHORIZATION,
      },
      body: JSON.stringify(input),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('NoAnswer', t.api.noStack, 0);
  }
  const text = await response.text();
  if (!response.ok) throw errorOf(response.status, text);
  return JSON.parse(text) as T;
}

function errorOf(status: number, text: string): ApiError {
  try {
    const body = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
    const name = body.__type?.split('#').at(-1) ?? 'Error';
    return new ApiError(name, body.message ?? body.Message ?? name, status);
  } catch {
    return new ApiError('Error', t.api.answered(status, text.slice(0, 200)), status);
  }
}
