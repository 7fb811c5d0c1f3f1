import { isObject, type JsonObject, parseJson } from '../../json.ts';
import type { AwsAnswer, AwsHttp } from './http.ts';

/** A service that is called without an SDK client, in one of the JSON protocols. */
export interface JsonService {
  readonly service: string;
  readonly version: '1.0' | '1.1';
  /** The prefix of X-Amz-Target. */
  readonly target: string;
  /** The name in causes. */
  readonly name: string;
  /** The errors in the service's model. Any other error is reported as the general exception of the service. */
  readonly errors: ReadonlySet<string>;
}

const modeled = (names: string) => new Set(names.split(' '));

export const DYNAMODB: JsonService = {
  service: 'dynamodb',
  version: '1.0',
  target: 'DynamoDB_20120810',
  name: 'AmazonDynamoDBv2',
  errors: modeled(
    'ConditionalCheckFailedException InternalServerError ItemCollectionSizeLimitExceededException LimitExceededException ' +
      'ProvisionedThroughputExceededException RequestLimitExceeded ResourceInUseException ResourceNotFoundException ' +
      'ThrottlingException TransactionCanceledException TransactionConflictException TransactionInProgressException ' +
      'IdempotentParameterMismatchException DuplicateItemException ReplicatedWriteConflictException',
  ),
};

export const SQS: JsonService = {
  service: 'sqs',
  version: '1.0',
  target: 'AmazonSQS',
  name: 'AmazonSQS',
  errors: modeled(
    'QueueDoesNotExist InvalidMessageContents UnsupportedOperation RequestThrottled OverLimit BatchEntryIdsNotDistinct ' +
      'BatchRequestTooLong EmptyBatchRequest InvalidBatchEntryId TooManyEntriesInBatchRequest KmsThrottled InvalidAddress',
  ),
};

export interface ServiceError {
  code: string;
  message: string;
}

export async function callJson(
  http: AwsHttp,
  service: JsonService,
  operation: string,
  body: string,
  roleArn: string,
): Promise<AwsAnswer> {
  return await http.call({
    service: service.service,
    method: 'POST',
    path: '/',
    headers: {
      'content-type': `application/x-amz-json-${service.version}`,
      'x-amz-target': `${service.target}.${operation}`,
    },
    body,
    roleArn,
  });
}

/** Reads the error in a response. */
export function jsonError(answer: AwsAnswer): ServiceError {
  const body = parseJson(answer.body.toString());
  const fields: JsonObject = isObject(body) ? body : {};
  const type = String(fields.__type ?? fields.code ?? answer.headers['x-amzn-errortype'] ?? 'InternalFailure');
  const code = (type.split('#').pop() ?? type).split(':')[0] ?? type;
  return { code, message: String(fields.message ?? fields.Message ?? '') };
}

/** The name of the exception in a Java SDK. */
export const exceptionName = (code: string) => (code.endsWith('Exception') ? code : `${code}Exception`);
