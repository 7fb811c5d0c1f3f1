import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

interface Patience {
  maxAttempts: number;
  requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: true };
}

/** For functions with half a minute or more: a busy service is waited for. */
const PATIENT: Patience = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** For workers that have ten seconds for a batch: a call that hangs must not eat them; three tries fit into five seconds. */
export const WITHIN_A_BATCH: Patience = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true },
};

export const documentClient = (patience = PATIENT): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(patience));
export const statesClient = (patience = PATIENT): SFNClient => new SFNClient(patience);
export const queueClient = (patience = PATIENT): SQSClient => new SQSClient(patience);
export const eventsClient = (patience = PATIENT): EventBridgeClient => new EventBridgeClient(patience);
