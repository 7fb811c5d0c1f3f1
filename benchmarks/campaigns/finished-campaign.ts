import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { documentClient } from '../../core/dynamodb/table.ts';
import { newStateItem } from '../../core/ledger/item.ts';
import type { Outputs } from '../../dev/outputs.ts';

const BATCH_WRITES = 25;
const IN_FLIGHT = 8;

/** Writes the record and the rows of a campaign as if all were sent. */
export async function writeFinishedCampaign(
  { awsEndpoint, region, sendsTable }: Outputs,
  rows: number,
): Promise<string> {
  const low = new DynamoDBClient({
    endpoint: awsEndpoint,
    region,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  const client = documentClient(low);
  const batchId = `page-${rows}`;
  const createdAt = new Date().toISOString();
  const itemOf = (rowNumber: number) =>
    newStateItem({
      batchId,
      rowNumber,
      email: `row${rowNumber}@example.com`,
      subject: 'Hi',
      status: 'SENT',
      channel: 'campaign',
      createdAt,
      expiresAt: Math.ceil(Date.now() / 1000) + 86_400,
    });
  let next = 1;
  const writer = async () => {
    while (next <= rows) {
      const first = next;
      next += BATCH_WRITES;
      const numbers = Array.from({ length: Math.min(BATCH_WRITES, rows - first + 1) }, (_, n) => first + n);
      const puts = numbers.map((rowNumber) => ({ PutRequest: { Item: itemOf(rowNumber) } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [sendsTable]: puts } }));
    }
  };
  try {
    await Promise.all(Array.from({ length: IN_FLIGHT }, writer));
    const control = { client, tableName: sendsTable.replace(/-sends$/, '-control'), clock: systemClock };
    await createCampaignStore(control).create({
      batchId,
      uploadId: 'bench',
      status: 'SUCCEEDED',
      total: rows,
      enqueued: rows,
      skipped: 0,
      dryRun: false,
      format: 'text',
      encoding: 'utf-8',
      warnings: [],
      rowsKey: batchId,
      maxConcurrency: 1,
      sendTimeoutSeconds: 3_600,
      redriveCount: 0,
      createdAt,
      finishedAt: createdAt,
      finalCounts: { PENDING: 0, QUEUED: 0, SENT: rows, ERROR: 0, unconfirmed: 0 },
    });
    return batchId;
  } finally {
    low.destroy();
  }
}
