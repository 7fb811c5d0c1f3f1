import { local } from '../frame/local.ts';

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

/** The local endpoint reads the service from the credential scope and verifies no signature. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=console/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=local';

/** One call of the Step Functions API over its wire protocol (AWS JSON 1.0). */
export async function call<T>(operation: string, input: object, signal?: AbortSignal): Promise<T> {
  if (local === undefined) throw new ApiError('NotLocal', 'This page reaches the AWS API only on a local stack.', 0);
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
    throw new ApiError('NoAnswer', 'The local stack does not answer. Is it still running?', 0);
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
    return new ApiError('Error', `The endpoint answered ${status}: ${text.slice(0, 200)}`, status);
  }
}
