import { isObject, type Json, type JsonObject, parseJson } from '../../json.ts';
import type { CallResult, TaskCall } from './caller.ts';
import type { AwsAnswer, AwsHttp } from './http.ts';
import { exceptionName, jsonError } from './json-protocol.ts';
import { sdkMetadata, serviceCause } from './metadata.ts';

/** The errors of Invoke in Lambda's model. Any other error is reported as `AWSLambdaException`. */
const MODELED = new Set([
  'ResourceNotFoundException',
  'TooManyRequestsException',
  'ServiceException',
  'InvalidParameterValueException',
  'InvalidRequestContentException',
  'RequestTooLargeException',
  'UnsupportedMediaTypeException',
  'ResourceConflictException',
  'ResourceNotReadyException',
  'InvalidRuntimeException',
]);

/** A Task whose resource is the ARN of a function: the arguments are the payload, and the result is that of the function. */
export async function callFunction(http: AwsHttp, { target, args, roleArn }: TaskCall): Promise<CallResult> {
  const answer = await invoke(http, target.service, args.text, {}, roleArn);
  return failureOf(answer) ?? { output: payloadText(answer) };
}

/** `lambda:invoke`. */
export async function callLambda(http: AwsHttp, { args, roleArn }: TaskCall): Promise<CallResult> {
  const fields = args.value as JsonObject;
  const payload = fields.Payload === undefined ? '{}' : JSON.stringify(fields.Payload);
  const qualifier = fields.Qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(String(fields.Qualifier))}`;
  const headers = {
    'x-amz-invocation-type': String(fields.InvocationType ?? 'RequestResponse'),
    ...(fields.ClientContext !== undefined && { 'x-amz-client-context': String(fields.ClientContext) }),
  };
  const answer = await invoke(http, String(fields.FunctionName), payload, headers, roleArn, qualifier);
  const failure = failureOf(answer);
  if (failure) return failure;
  const version = answer.headers['x-amz-executed-version'];
  const result = {
    ExecutedVersion: typeof version === 'string' ? version : '$LATEST',
    Payload: payloadValue(answer),
    ...sdkMetadata(answer),
    StatusCode: answer.status,
  };
  return { output: JSON.stringify(result) };
}

function invoke(
  http: AwsHttp,
  name: string,
  payload: string,
  headers: Record<string, string>,
  roleArn: string,
  query = '',
): Promise<AwsAnswer> {
  const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`;
  const all = { 'content-type': 'application/json', ...headers };
  return http.call({ service: 'lambda', method: 'POST', path, headers: all, body: payload, roleArn });
}

function payloadText({ body }: AwsAnswer): string {
  const text = body.toString();
  if (text === '') return 'null';
  return parseJson(text) === undefined ? JSON.stringify(text) : text;
}

const payloadValue = (answer: AwsAnswer): Json => JSON.parse(payloadText(answer)) as Json;

function failureOf(answer: AwsAnswer): CallResult | undefined {
  if (answer.status >= 300) {
    const { code, message } = jsonError(answer);
    const error = MODELED.has(code) ? exceptionName(code) : 'AWSLambdaException';
    return { error: `Lambda.${error}`, cause: serviceCause('AWSLambda', answer, code, message) };
  }
  if (answer.headers['x-amz-function-error'] === undefined) return undefined;
  const text = answer.body.toString();
  const body = parseJson(text);
  // An error of the function: its type is the error, and its whole response is the cause.
  const type = isObject(body) && typeof body.errorType === 'string' ? body.errorType : 'Lambda.Unknown';
  return { error: type, cause: text };
}
