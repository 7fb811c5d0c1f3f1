import type { CallResult, TaskCall, TaskCaller } from './caller.ts';
import type { AwsHttp } from './http.ts';
import { callFunction, callLambda } from './lambda.ts';
import { callDynamoDb, callSqs } from './optimized.ts';
import { isRefused, withRetries } from './retry.ts';
import { callSdk, errorPrefix } from './sdk.ts';

const CALLS = {
  'lambda-arn': callFunction,
  lambda: callLambda,
  dynamodb: callDynamoDb,
  sqs: callSqs,
  sdk: callSdk,
} as const;

const PREFIX = { 'lambda-arn': 'Lambda', lambda: 'Lambda', dynamodb: 'DynamoDB', sqs: 'SQS' } as const;

/** Makes the calls of Task states to the AWS endpoint. */
export class AwsTasks implements TaskCaller {
  readonly #http: AwsHttp;

  constructor(http: AwsHttp) {
    this.#http = http;
  }

  async call(call: TaskCall): Promise<CallResult> {
    const { kind, service } = call.target;
    try {
      return await withRetries(() => CALLS[kind](this.#http, call), isRefused);
    } catch (error) {
      // Without a response the SDK inside Step Functions throws an SdkClientException.
      const prefix = kind === 'sdk' ? errorPrefix(service) : PREFIX[kind];
      const message = error instanceof Error ? error.message : String(error);
      return { error: `${prefix}.SdkClientException`, cause: `Unable to execute HTTP request: ${message}` };
    }
  }
}
