import { contentExpiresAt } from '../dynamodb/expiry.ts';
import { ItemStream } from '../dynamodb/item-stream.ts';
import { type DynamoTable, deleteIf, read, updateIf } from '../dynamodb/table.ts';
import { reportKey } from '../ledger/keys.ts';

/** A report is made again when it is asked for this long after it was made, because rows may have changed since. */
const FRESH_MS = 5 * 60_000;
/** A worker that has not renewed its hold for this long is dead, and so is a message that no worker took. */
const HOLD_MS = 60_000;
const RECHECK_MS = 1_000;

export type ReportState = 'fresh' | 'making' | 'none';

/** What is known of a campaign's reports in S3: when each was made, and whether somebody makes it now. */
export interface ReportStore {
  state(batchId: string, name: string): Promise<ReportState>;
  /** Notes that a report is asked for. False when another request did, so that one message is sent. */
  request(batchId: string, name: string): Promise<boolean>;
  /** Takes a report that was asked for. False when another worker has it, or has made it. */
  begin(batchId: string, name: string, workerId: string): Promise<boolean>;
  /** False when another worker has taken the report over. */
  renew(batchId: string, name: string, workerId: string): Promise<boolean>;
  /** Lets the next request ask again. */
  release(batchId: string, name: string, workerId: string): Promise<void>;
  finish(batchId: string, name: string, workerId: string): Promise<void>;
  /** The names of the reports of a campaign that were asked for. */
  names(batchId: string): Promise<string[]>;
  /** Forgets a report, which the next request asks for anew. Waits while a worker makes it. */
  drop(batchId: string, name: string): Promise<void>;
}

/** Reports in the control table. */
export function createReportStore(table: DynamoTable): ReportStore {
  const { clock } = table;
  const change = async (key: [string, string], update: string, condition: string, values: Record<string, unknown>) =>
    (await updateIf(table, { key: reportKey(...key), update, condition, values })) !== undefined;

  return {
    async state(batchId, name) {
      const item = await read(table, reportKey(batchId, name));
      if (clock.now() - Number(item?.madeAt ?? 0) < FRESH_MS) return 'fresh';
      return Number(item?.heldUntil ?? 0) > clock.now() ? 'making' : 'none';
    },

    request: (batchId, name) =>
      change(
        [batchId, name],
        'SET #heldUntil = :until, #expiresAt = :end REMOVE #workerId',
        'attribute_not_exists(#heldUntil) OR #heldUntil <= :now',
        {
          ':now': clock.now(),
          ':until': clock.now() + HOLD_MS,
          ':end': contentExpiresAt(clock.now()),
        },
      ),

    begin: (batchId, name, workerId) =>
      change(
        [batchId, name],
        'SET #heldUntil = :until, #workerId = :workerId',
        '#heldUntil > :none AND (attribute_not_exists(#workerId) OR #heldUntil <= :now)',
        { ':none': 0, ':now': clock.now(), ':until': clock.now() + HOLD_MS, ':workerId': workerId },
      ),

    renew: (batchId, name, workerId) =>
      change([batchId, name], 'SET #heldUntil = :until', '#workerId = :workerId', {
        ':until': clock.now() + HOLD_MS,
        ':workerId': workerId,
      }),

    async release(batchId, name, workerId) {
      await change([batchId, name], 'SET #heldUntil = :none REMOVE #workerId', '#workerId = :workerId', {
        ':none': 0,
        ':workerId': workerId,
      });
    },

    async finish(batchId, name, workerId) {
      await change(
        [batchId, name],
        'SET #heldUntil = :none, #madeAt = :now REMOVE #workerId',
        '#workerId = :workerId',
        {
          ':none': 0,
          ':now': clock.now(),
          ':workerId': workerId,
        },
      );
    },

    async names(batchId) {
      const { pk, sk: prefix } = reportKey(batchId, '');
      const items = new ItemStream(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
        ConsistentRead: true,
      });
      const names: string[] = [];
      for await (const { sk } of items) names.push(String(sk).slice(prefix.length));
      return names;
    },

    async drop(batchId, name) {
      const key = reportKey(batchId, name);
      for (;;) {
        const dropped = await deleteIf(table, {
          key,
          condition: 'attribute_not_exists(#workerId) OR #heldUntil <= :now',
          values: { ':now': clock.now() },
        });
        if (dropped) return;
        await clock.sleep(RECHECK_MS);
      }
    },
  };
}
