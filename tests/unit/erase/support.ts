import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { type IngestDeps, ingest } from '../../../core/campaigns/ingest.ts';
import { createCampaignObjects } from '../../../core/campaigns/ingest-objects.ts';
import type { CampaignOptions } from '../../../core/campaigns/options.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createErasures } from '../../../core/consent/erasures.ts';
import { createSuppressions } from '../../../core/consent/suppressions.ts';
import { bufferSource } from '../../../core/csv/source.ts';
import { putIf } from '../../../core/dynamodb/table.ts';
import { createEmailStore } from '../../../core/email/store.ts';
import { type EraseDeps, eraseAddress } from '../../../core/erase/erase.ts';
import { createErasedObjects } from '../../../core/erase/objects.ts';
import { fromDynamoJson } from '../../../core/ledger/item.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { createReportStore } from '../../../core/reports/store.ts';
import { openFakeS3 } from '../campaigns/fake-s3.ts';
import { readAsStatesDoes } from '../csv/states-reader.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

export const ANA = 'ana@example.com';
export const FILE = `email,subject,content,name
bob@example.com,Hi {{name}},Dear {{name}},Bob
Ana@Example.com,Hi {{name}},Dear {{name}},Anastasia
cy@example.com,Hi {{name}},Dear {{name}},Cyan
`;

/** Tables, a bucket, uploads and erasures on them. */
export async function openErasure() {
  const table = await openTable();
  const s3 = await openFakeS3();
  const store = createCampaignStore(table.control);
  const suppressions = createSuppressions(table.control);
  const erasures = createErasures(table.control);
  const ledger = createLedger(table.sends);
  let uploads = 0;
  const ingestDeps: IngestDeps = {
    ...table,
    store,
    objects: createCampaignObjects({ s3: s3.client, bucket: 'campaigns' }),
    bucket: 'campaigns',
    newUploadId: () => `upload-${++uploads}`,
    sendRate: async () => 50,
    sendQuota: async () => ({ max24HourSend: -1, sentLast24Hours: 0 }),
    suppressions,
    erasures,
    telemetry: silent,
    sendTimeoutSeconds: 3600,
    executions: { start: async () => undefined },
  };
  const deps: EraseDeps = {
    sends: table.sends,
    ledger,
    store,
    counters: createCampaignCounters(table.control),
    reports: createReportStore(table.control),
    objects: createErasedObjects({ s3: s3.client, bucket: 'campaigns', clock: table.clock }),
    suppressions,
    erasures,
    emails: createEmailStore(table.sends),
    telemetry: silent,
  };

  const object = (key: string) => s3.objects.get(key)?.toString() ?? '';

  return {
    table,
    s3,
    store,
    ledger,
    suppressions,
    erasures,
    deps,
    ingestDeps,

    erase: (address = ANA, using: Partial<EraseDeps> = {}, options = {}) =>
      eraseAddress({ ...deps, ...using }, address, options),

    async upload(
      file = FILE,
      {
        hold = false,
        using = {},
        ...options
      }: Partial<CampaignOptions> & { hold?: boolean; using?: Partial<IngestDeps> } = {},
    ) {
      const ingested = await ingest(
        { ...ingestDeps, ...using },
        {
          source: bufferSource(Buffer.from(file)),
          options: { dryRun: false, format: 'text', ...options },
          maxRows: 1_000,
          hold,
        },
      );
      return {
        ...ingested,
        ...ingested.record,
        files: `campaigns/${ingested.record.batchId}/${ingested.record.uploadId}`,
      };
    },

    /** What RegisterRows does with rows.csv, or with a part of it that it has read before: an item that exists stays. */
    async register(files: string, rows = readAsStatesDoes(object(`${files}/rows.csv`))) {
      for (const { stateItem = '', pk = '', contentSk = '', content = '', contentExpiresAt } of rows) {
        await putIf(table.sends, { pk, sk: contentSk, content, expiresAt: Number(contentExpiresAt) });
        await putIf(table.sends, fromDynamoJson(JSON.parse(stateItem)));
      }
      return rows;
    },

    row: (batchId: string, rowNumber: number) => ledger.getRow({ batchId, rowNumber }),
    object,

    /** Items and objects with one of these words in them, whatever its case. */
    async placesOf(...words: string[]): Promise<string[]> {
      const has = (text: string) => words.some((word) => text.toLowerCase().includes(word.toLowerCase()));
      const places: string[] = [];
      for (const { tableName } of [table.sends, table.control]) {
        const { Items = [] } = await table.client.send(new ScanCommand({ TableName: tableName }));
        for (const item of Items) if (has(JSON.stringify(item))) places.push(`${item.pk} ${item.sk}`);
      }
      for (const [key, object] of s3.objects) if (has(object.toString())) places.push(key);
      return places;
    },

    async close() {
      await Promise.all([table.close(), s3.close()]);
    },
  };
}
