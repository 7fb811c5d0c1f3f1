import { AwsError } from '../gateway/errors.ts';
import type { AwsRequest, AwsResponse, ServiceHandler } from '../gateway/types.ts';
import { invoke } from './operations/invoke.ts';
import type { LambdaRuntime } from './runtime.ts';

/** The operations of Lambda by their names in the API. */
export const OPERATIONS = ['Invoke'];
const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** The REST API of Lambda. */
export const lambdaApi =
  (runtime: LambdaRuntime): ServiceHandler =>
  async (request): Promise<AwsResponse> => {
    const name = INVOCATIONS.exec(request.path)?.[1];
    if (request.method !== 'POST' || name === undefined) {
      const message = `${request.method} ${request.path} is not part of this local Lambda`;
      throw new AwsError('UnknownOperationException', message, 404);
    }
    const context = request.headers['x-amz-client-context'];
    const traceHeader = request.headers['x-amzn-trace-id'];
    const { status, requestId, result } = await invoke(runtime, {
      nameOrArn: decodeURIComponent(name),
      payload: payloadOf(request),
      type: String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse'),
      ...(typeof context === 'string' && { clientContext: Buffer.from(context, 'base64').toString() }),
      ...(typeof traceHeader === 'string' && { traceHeader }),
    });
    const headers = { 'x-amzn-requestid': requestId ?? request.requestId };
    if (!result) return { status, headers, body: '' };
    return {
      status,
      headers: {
        'content-type': 'application/json',
        ...headers,
        'x-amz-executed-version': '$LATEST',
        ...(result.functionError && { 'x-amz-function-error': result.functionError }),
      },
      body: result.payload,
    };
  };

function payloadOf({ body }: AwsRequest): string {
  const text = body.toString();
  if (text === '') return '{}';
  try {
    JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`, 400);
  }
  return text;
}
