import { isoNow } from '../clock.ts';
import { rowExpiresAt } from '../dynamodb/expiry.ts';
import { ItemStream } from '../dynamodb/item-stream.ts';
import { type DynamoTable, deleteIf, read, updateIf } from '../dynamodb/table.ts';
import { CAMPAIGN_QUOTA_STOP_KEY, CONTROL_INDEX, campaignQuotaStopKey } from '../ledger/keys.ts';
import type { CampaignRecord } from './campaign.ts';

/** A campaign whose rows SES refused for the daily quota. `updatedAt` is the time of the latest refusal. */
export interface QuotaStop {
  batchId: string;
  updatedAt: string;
}

/**
 * Entries by which the sweep finds the campaigns that the daily quota stopped, without reading all campaigns. An entry is a hint: the
 * campaign's record says whether it waits. It is written before the record, so none is missing.
 */
export interface QuotaStops {
  add(campaign: Pick<CampaignRecord, 'batchId' | 'createdAt'>): Promise<void>;
  /** All of them, in the order in which the campaigns were uploaded. */
  list(): Promise<QuotaStop[]>;
  /** Removes an entry, unless SES has refused more rows since it was read. */
  remove(stop: QuotaStop): Promise<void>;
}

/** Entries in the control table. */
export function createQuotaStops(table: DynamoTable): QuotaStops {
  return {
    async add({ batchId, createdAt }) {
      await updateIf(table, {
        key: campaignQuotaStopKey(batchId),
        update:
          'SET #batchId = :batchId, #updatedAt = :now, #listKey = :listKey, #createdKey = :createdKey, #expiresAt = :end',
        condition: 'attribute_not_exists(#updatedAt) OR #updatedAt < :now',
        values: {
          ':batchId': batchId,
          ':now': isoNow(table.clock),
          ':listKey': CAMPAIGN_QUOTA_STOP_KEY,
          ':end': rowExpiresAt(table, table.clock.now()),
          ':createdKey': `${createdAt}#${batchId}`,
        },
      });
    },

    async list() {
      const stops: QuotaStop[] = [];
      const entries = new ItemStream(table, {
        IndexName: CONTROL_INDEX,
        KeyConditionExpression: 'listKey = :stops',
        ExpressionAttributeValues: { ':stops': CAMPAIGN_QUOTA_STOP_KEY },
      });
      for await (const { batchId } of entries) {
        const stop = await read(table, campaignQuotaStopKey(String(batchId)));
        if (stop) stops.push({ batchId: String(batchId), updatedAt: String(stop.updatedAt) });
      }
      return stops;
    },

    async remove({ batchId, updatedAt }) {
      const key = campaignQuotaStopKey(batchId);
      await deleteIf(table, { key, condition: '#updatedAt = :seen', values: { ':seen': updatedAt } });
    },
  };
}
