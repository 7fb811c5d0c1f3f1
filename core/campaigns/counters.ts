import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { rowExpiresAt } from '../dynamodb/expiry.ts';
import { ItemStream } from '../dynamodb/item-stream.ts';
import { type DynamoTable, type Item, type Key, namesIn, read, updateIf } from '../dynamodb/table.ts';
import { type Breakdown, MAX_MINUTES, minuteOf } from '../ledger/breakdown.ts';
import { breakdownKey, minuteKey, progressKey } from '../ledger/keys.ts';
import type { Counts } from './campaign.ts';

/** What is known of a running campaign's rows without reading them. */
export interface Counted {
  /** As the workers have added them. */
  sent: number;
  /** As the last recount found them. */
  queued: number;
  error: number;
  unconfirmed: number;
  /** When the last recount began, of these and of the sent rows; milliseconds since the epoch, 0 before the first. */
  countedAt: number;
  sentCountedAt: number;
}

/** What a running campaign shows of its rows without reading them, and the breakdown of its rows at its end. */
export interface CampaignCounters {
  /** Adds rows that were sent just now. */
  addSent(batchId: string, sent: number): Promise<void>;
  /** Adds rows whose worker died before it added them. */
  addMissing(batchId: string, sent: number): Promise<void>;
  /** Sets all to what an end has counted, and has them counted again once the campaign goes on; the sent ones not at once. */
  setExact(batchId: string, counts: Counts & { unconfirmed: number }): Promise<void>;
  read(batchId: string): Promise<Counted>;
  /** Claims a recount, so that only one caller makes it: false when another has begun one since `counted` was read. */
  beginRecount(batchId: string, counted: Counted, next: Pick<Counted, 'countedAt' | 'sentCountedAt'>): Promise<boolean>;
  setCounts(batchId: string, counts: Pick<Counted, 'queued' | 'error' | 'unconfirmed'>): Promise<void>;
  /** The same by minute: the newest `MAX_MINUTES`, in no order. */
  sentByMinute(batchId: string): Promise<{ minute: string; sent: number }[]>;
  /** Keeps the exact breakdown of a campaign that has ended. */
  setBreakdown(batchId: string, breakdown: Breakdown): Promise<void>;
  /** Drops that breakdown after one of its rows changed. It is counted again. */
  clearBreakdown(batchId: string): Promise<void>;
  /** The breakdown that was kept at the last end. Undefined for a campaign that ended before there were any. */
  breakdown(batchId: string): Promise<Breakdown | undefined>;
}

/** Counters in the control table: some items for each campaign. */
export function createCampaignCounters(control: DynamoTable): CampaignCounters {
  const { client, tableName, clock } = control;

  async function change(key: Key, expression: string, values: Item): Promise<void> {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: key,
        UpdateExpression: `${expression}, expiresAt = :expiresAt`,
        ...(expression.includes('#') && { ExpressionAttributeNames: namesIn(expression) }),
        ExpressionAttributeValues: { ...values, ':expiresAt': rowExpiresAt(control, clock.now()) },
      }),
    );
  }
  // A number that is missing counts as 0.
  const add = (key: Key, sent: number) =>
    change(key, 'SET sent = if_not_exists(sent, :zero) + :sent', { ':sent': sent, ':zero': 0 });

  return {
    async addSent(batchId, sent) {
      const minute = minuteOf(new Date(clock.now()).toISOString());
      await Promise.all([add(progressKey(batchId), sent), add(minuteKey(batchId, minute), sent)]);
    },

    addMissing: (batchId, sent) => add(progressKey(batchId), sent),

    setExact: (batchId, { SENT, QUEUED, ERROR, unconfirmed }) =>
      change(
        progressKey(batchId),
        'SET sent = :sent, queued = :queued, #error = :error, unconfirmed = :unconfirmed, countedAt = :never, sentCountedAt = :now',
        {
          ':sent': SENT,
          ':queued': QUEUED,
          ':error': ERROR,
          ':unconfirmed': unconfirmed,
          ':never': 0,
          ':now': clock.now(),
        },
      ),

    async read(batchId) {
      const { sent, queued, error, unconfirmed, countedAt, sentCountedAt } =
        (await read(control, progressKey(batchId))) ?? {};
      const number = (value: unknown) => Number(value ?? 0);
      return {
        sent: number(sent),
        queued: number(queued),
        error: number(error),
        unconfirmed: number(unconfirmed),
        countedAt: number(countedAt),
        sentCountedAt: number(sentCountedAt),
      };
    },

    async beginRecount(batchId, { countedAt: seen }, { countedAt, sentCountedAt }) {
      const begun = await updateIf(control, {
        key: progressKey(batchId),
        update: 'SET #countedAt = :countedAt, #sentCountedAt = :sentCountedAt, #expiresAt = :expiresAt',
        condition: '#countedAt = :seen OR attribute_not_exists(#countedAt)',
        values: {
          ':countedAt': countedAt,
          ':sentCountedAt': sentCountedAt,
          ':seen': seen,
          ':expiresAt': rowExpiresAt(control, clock.now()),
        },
      });
      return begun !== undefined;
    },

    setCounts: (batchId, { queued, error, unconfirmed }) =>
      change(progressKey(batchId), 'SET queued = :queued, #error = :error, unconfirmed = :unconfirmed', {
        ':queued': queued,
        ':error': error,
        ':unconfirmed': unconfirmed,
      }),

    async sentByMinute(batchId) {
      const { pk, sk } = minuteKey(batchId, '');
      const items = new ItemStream(control, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :minute)',
        ExpressionAttributeValues: { ':pk': pk, ':minute': sk },
        ScanIndexForward: false,
        Limit: MAX_MINUTES,
      });
      const minutes: { minute: string; sent: number }[] = [];
      for await (const item of items) {
        minutes.push({ minute: String(item.sk).slice(sk.length), sent: Number(item.sent) });
        if (minutes.length === MAX_MINUTES) break;
      }
      return minutes;
    },

    setBreakdown: (batchId, { errors, perMinute }) =>
      change(breakdownKey(batchId), 'SET errors = :errors, perMinute = :perMinute', {
        ':errors': errors,
        ':perMinute': perMinute,
      }),

    async clearBreakdown(batchId) {
      const command = {
        TableName: tableName,
        Key: breakdownKey(batchId),
        UpdateExpression: 'REMOVE errors, perMinute',
      };
      await client.send(new UpdateCommand(command));
    },

    async breakdown(batchId) {
      const item = await read(control, breakdownKey(batchId));
      if (!item?.errors) return undefined;
      return { errors: item.errors as Breakdown['errors'], perMinute: item.perMinute as Breakdown['perMinute'] };
    },
  };
}
