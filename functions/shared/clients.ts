import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A call that hangs must not eat the time of a whole batch: three tries fit into five seconds. */
const patience = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true },
} as const;

export const documentClient = (): DynamoDBDocumentClient => DynamoDBDocumentClient.from(new DynamoDBClient(patience));
export const statesClient = (): SFNClient => new SFNClient(patience);
export const queueClient = (): SQSClient => new SQSClient(patience);
export const eventsClient = (): EventBridgeClient => new EventBridgeClient(patience);
