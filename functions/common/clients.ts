import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { DEFAULT_ROW_DAYS } from '../../core/dynamodb/expiry.ts';
import { type DynamoTable, documentClient, type Tables } from '../../core/dynamodb/table.ts';
import { SigningHash } from '../../core/signing-hash.ts';
import { readEnv, type tablesEnv } from './env.ts';
import { retryFor } from './retry.ts';

interface ClientTimeouts {
  /** A call that was throttled or failed for a moment is repeated for this long. */
  retryForMs: number;
  requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: true };
}

/** For functions with at least ten seconds for one request: they wait for a busy service, and have time left to say that it is. */
export const DEFAULT_TIMEOUTS: ClientTimeouts = {
  retryForMs: 5_000,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** For workers with ten seconds for a batch: a call that hangs must leave time for the others. It takes at most four seconds. */
export const WORKER_TIMEOUTS: ClientTimeouts = {
  retryForMs: 2_500,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true },
};

/**
 * For functions with minutes, for whose answer nobody waits. They read whole campaigns by pages of 1 MB, which a busy DynamoDB answers late:
 * a call that is given up and made again only adds to its work.
 */
export const BACKGROUND_TIMEOUTS: ClientTimeouts = {
  retryForMs: 60_000,
  requestHandler: { ...DEFAULT_TIMEOUTS.requestHandler, requestTimeout: 20_000 },
};

/** For calls that are made again anyway. */
export const ONE_TRY: ClientTimeouts = { ...WORKER_TIMEOUTS, retryForMs: 0 };

const configOf = ({ retryForMs, requestHandler }: ClientTimeouts) => ({
  retryStrategy: retryFor(retryForMs),
  requestHandler,
  sha256: SigningHash,
});

const rowDaysEnv = z.object({ ROW_DAYS: z.coerce.number().int().positive().default(DEFAULT_ROW_DAYS) });

const dynamoClient = (timeouts: ClientTimeouts) => documentClient(new DynamoDBClient(configOf(timeouts)));

/** Rows are kept for ROW_DAYS. */
const tableOf = (client: DynamoTable['client'], tableName: string): DynamoTable => ({
  client,
  tableName,
  clock: systemClock,
  rowDays: readEnv(rowDaysEnv).ROW_DAYS,
});

/** The sends table, for functions that use no other. */
export const sendsTable = (tableName: string, timeouts = DEFAULT_TIMEOUTS): DynamoTable =>
  tableOf(dynamoClient(timeouts), tableName);
/** The control table, for functions that use no other. */
export const controlTable = sendsTable;

/** Both tables. They share a client and its connections. */
export function productTables(env: z.output<typeof tablesEnv>, timeouts = DEFAULT_TIMEOUTS): Tables {
  const client = dynamoClient(timeouts);
  return { sends: tableOf(client, env.SENDS_TABLE), control: tableOf(client, env.CONTROL_TABLE) };
}

export const statesClient = (timeouts = DEFAULT_TIMEOUTS): SFNClient => new SFNClient(configOf(timeouts));
export const queueClient = (timeouts = DEFAULT_TIMEOUTS): SQSClient => new SQSClient(configOf(timeouts));
export const eventsClient = (timeouts = DEFAULT_TIMEOUTS): EventBridgeClient =>
  new EventBridgeClient(configOf(timeouts));
/** For GetAccount. Emails are sent by a client without retries: `core/delivery/providers/ses.ts`. */
export const emailAccountClient = (timeouts = DEFAULT_TIMEOUTS): SESv2Client => new SESv2Client(configOf(timeouts));
/** For addresses of uploads: by default the SDK would sign the checksum of an empty body with them. */
export const uploadsClient = ({ retryForMs } = DEFAULT_TIMEOUTS): S3Client =>
  new S3Client({ retryStrategy: retryFor(retryForMs), requestChecksumCalculation: 'WHEN_REQUIRED' });
/** Its requests have no time limit: they may be large. */
export const objectsClient = ({ retryForMs } = DEFAULT_TIMEOUTS): S3Client =>
  new S3Client({ retryStrategy: retryFor(retryForMs) });
