import type { JsonObject } from '../../json.ts';
import type { CallResult, TaskCall } from './caller.ts';
import type { AwsHttp } from './http.ts';
import { callJson, DYNAMODB, exceptionName, type JsonService, jsonError, SQS } from './json-protocol.ts';
import { serviceCause, withMetadata } from './metadata.ts';

const pascal = (action: string) => action.charAt(0).toUpperCase() + action.slice(1);

/** `dynamodb:getItem`, `putItem`, `updateItem`, `deleteItem`. */
export function callDynamoDb(http: AwsHttp, { target, args, roleArn }: TaskCall): Promise<CallResult> {
  return call(http, DYNAMODB, 'DynamoDB', pascal(target.action), args.text, roleArn);
}

/** `sqs:sendMessage`. Step Functions sends a body that is not a string as JSON. */
export function callSqs(http: AwsHttp, { target, args, roleArn }: TaskCall): Promise<CallResult> {
  const fields = args.value as JsonObject;
  const { MessageBody } = fields;
  const body = typeof MessageBody === 'string' ? MessageBody : JSON.stringify(MessageBody);
  return call(http, SQS, 'SQS', pascal(target.action), JSON.stringify({ ...fields, MessageBody: body }), roleArn);
}

async function call(
  http: AwsHttp,
  service: JsonService,
  prefix: string,
  operation: string,
  body: string,
  roleArn: string,
): Promise<CallResult> {
  const answer = await callJson(http, service, operation, body, roleArn);
  if (answer.status >= 300) {
    const { code, message } = jsonError(answer);
    // An error that is not in the service's model is reported as the general exception of the service.
    const family = `Amazon${prefix}Exception`;
    const error = `${prefix}.${service.errors.has(code) ? exceptionName(code) : family}`;
    return { error, cause: serviceCause(service.name, answer, code, message) };
  }
  return { output: withMetadata(answer) };
}
