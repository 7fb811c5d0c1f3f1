import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

interface ClientTimeouts {
  maxAttempts: number;
  requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: true };
}

/** For functions with half a minute or more: a busy service is waited for. */
const DEFAULT_TIMEOUTS: ClientTimeouts = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** For workers that have ten seconds for a batch: a call that hangs must not eat them; three tries fit into five seconds. */
export const WORKER_TIMEOUTS: ClientTimeouts = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true },
};

export const documentClient = (timeouts = DEFAULT_TIMEOUTS): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(timeouts));
export const statesClient = (timeouts = DEFAULT_TIMEOUTS): SFNClient => new SFNClient(timeouts);
export const queueClient = (timeouts = DEFAULT_TIMEOUTS): SQSClient => new SQSClient(timeouts);
export const eventsClient = (timeouts = DEFAULT_TIMEOUTS): EventBridgeClient => new EventBridgeClient(timeouts);
