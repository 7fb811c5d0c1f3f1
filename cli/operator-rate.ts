import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../core/clock.ts';
import { documentClient } from '../core/dynamodb/table.ts';
import { CAMPAIGN_LIMITERS, dropConfiguredRate } from '../core/limiter/rate.ts';
import type { Outputs } from '../dev/outputs.ts';

const ANY_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Drops the rate that an operator set by `PUT /rate` in an earlier run. */
export async function dropOperatorRate({ awsEndpoint, region, sendsTable }: Outputs): Promise<void> {
  const low = new DynamoDBClient({ endpoint: awsEndpoint, region, credentials: ANY_CREDENTIALS });
  const tableName = sendsTable.replace(/-sends$/, '-control');
  const control = { client: documentClient(low), tableName, clock: systemClock };
  try {
    await Promise.all(CAMPAIGN_LIMITERS.map((name) => dropConfiguredRate(control, name)));
  } finally {
    low.destroy();
  }
}
