import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock } from '../../core/clock.ts';
import type { DynamoTable } from '../../core/dynamodb/table.ts';

interface ClientTimeouts {
  maxAttempts: number;
  requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: true };
}

/** For functions with at least ten seconds for one request: they wait for a busy service. */
const DEFAULT_TIMEOUTS: ClientTimeouts = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** For workers with ten seconds for a batch: a call that hangs must leave time for the others. Three tries take about five seconds. */
export const WORKER_TIMEOUTS: ClientTimeouts = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true },
};

export const sendsTable = (tableName: string, timeouts = DEFAULT_TIMEOUTS): DynamoTable => ({
  client: DynamoDBDocumentClient.from(new DynamoDBClient(timeouts)),
  tableName,
  clock: systemClock,
});
export const statesClient = (timeouts = DEFAULT_TIMEOUTS): SFNClient => new SFNClient(timeouts);
export const queueClient = (timeouts = DEFAULT_TIMEOUTS): SQSClient => new SQSClient(timeouts);
export const eventsClient = (timeouts = DEFAULT_TIMEOUTS): EventBridgeClient => new EventBridgeClient(timeouts);
