import type { AwsRequest, AwsResponse, ServiceHandler } from '../gateway/types.ts';
import { type LambdaRuntime, LambdaServiceError } from './runtime.ts';

/** The operations of Lambda by their names in the API. */
export const OPERATIONS = ['Invoke'];
const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Lambda's REST API at the gateway: Invoke. */
export function lambdaService(runtime: LambdaRuntime): ServiceHandler {
  return async (request) => {
    try {
      return await answer(runtime, request);
    } catch (error) {
      if (!(error instanceof LambdaServiceError)) throw error;
      return json(error.status, { Type: 'User', Message: error.message, message: error.message }, request, {
        'x-amzn-errortype': error.name,
      });
    }
  };
}

async function answer(runtime: LambdaRuntime, request: AwsRequest): Promise<AwsResponse> {
  const name = INVOCATIONS.exec(request.path)?.[1];
  if (request.method !== 'POST' || name === undefined) {
    throw new LambdaServiceError('UnknownOperationException', 404, `${request.method} ${request.path} is not emulated`);
  }
  const nameOrArn = decodeURIComponent(name);
  const payload = payloadOf(request.body);
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'Event') {
    const requestId = runtime.invokeAsync(nameOrArn, payload);
    return { status: 202, headers: { 'x-amzn-requestid': requestId }, body: '' };
  }
  if (type === 'DryRun') {
    if (!runtime.find(nameOrArn)) throw notFound(nameOrArn);
    return { status: 204, headers: { 'x-amzn-requestid': request.requestId } };
  }
  if (type !== 'RequestResponse') {
    throw new LambdaServiceError('InvalidParameterValueException', 400, `Unknown invocation type ${String(type)}`);
  }
  const context = request.headers['x-amz-client-context'];
  const clientContext = typeof context === 'string' ? Buffer.from(context, 'base64').toString() : undefined;
  const result = await runtime.invoke(nameOrArn, payload, clientContext);
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': result.requestId,
      'x-amz-executed-version': '$LATEST',
      ...(result.functionError && { 'x-amz-function-error': result.functionError }),
    },
    body: result.payload,
  };
}

function payloadOf(body: Buffer): string {
  const text = body.toString();
  if (text === '') return '{}';
  try {
    JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LambdaServiceError(
      'InvalidRequestContentException',
      400,
      `Could not parse request body into json: ${reason}`,
    );
  }
  return text;
}

const notFound = (name: string) =>
  new LambdaServiceError('ResourceNotFoundException', 404, `Function not found: ${name}`);

function json(status: number, body: object, request: AwsRequest, headers: Record<string, string>): AwsResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': request.requestId, ...headers },
    body: JSON.stringify(body),
  };
}
