import { createHash } from 'node:crypto';
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isoNow } from '../clock.ts';
import { addressKey } from '../csv/address.ts';
import {
  type DynamoTable,
  deleteIf,
  type Item,
  type Key,
  namesIn,
  read,
  readMany,
  updateIf,
} from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';

/** From the weakest to the strongest. A stronger reason replaces a weaker one, never the other way round. */
export const SUPPRESSION_REASONS = ['unsubscribed', 'manual', 'bounced', 'complained'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** The reasons for which an address gets no email at all: mail to it harms the sender, whatever the mail is. */
export const REFUSED_BY_EVERY_CHANNEL: readonly SuppressionReason[] = ['bounced', 'complained'];

/** An address that gets no campaign mail. */
export interface Suppression {
  /** In lower case. Absent where it was erased: then a hash of it is all that is known. */
  address?: string;
  reason: SuppressionReason;
  /** ISO 8601, UTC, with milliseconds. */
  since: string;
  /** The email that led to it. */
  sendId?: string;
  /** When the address was erased. */
  erasedAt?: string;
}

export interface SuppressionPage {
  suppressions: Suppression[];
  /** The `after` of the next page; absent on the last. */
  next?: string;
}

export interface Suppressions {
  /** Adds an address, or gives it a stronger reason. Resolves to its entry, and whether this call changed it. */
  add(
    address: string,
    why: Pick<Suppression, 'reason' | 'sendId'>,
  ): Promise<{ suppression: Suppression; changed: boolean }>;
  /** Suppresses an address without keeping it. Resolves to its entry, which keeps the time of the first such call. */
  erase(address: string): Promise<Suppression & { erasedAt: string }>;
  /** Resolves to false when the address is not suppressed. */
  remove(address: string): Promise<boolean>;
  get(address: string): Promise<Suppression | undefined>;
  /** The reasons of those of these addresses that are suppressed, by address as given. */
  reasonsOf(addresses: readonly string[]): Promise<Map<string, SuppressionReason>>;
  /** In no order that means anything, but a stable one. Throws BadRequest for a cursor that is not valid. */
  list(page: { limit: number; after?: string | undefined }): Promise<SuppressionPage>;
}

/** Keys of one BatchGetItem. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MAX_KEYS = 100;
const SHARDS = [...'0123456789abcdef'];
const CURSOR = /^[0-9a-f]{64}$/;

/** Entries are found by a hash of the address. So one whose address was erased still suppresses it. */
export const addressHash = (address: string): string => createHash('sha256').update(addressKey(address)).digest('hex');

/** The first digit of the hash is the shard: one partition takes 1,000 writes a second. */
const partitionOf = (shard: string) => `SUPPRESSION#${shard}`;
const keyOf = (hash: string): Key => ({ pk: partitionOf(hash.slice(0, 1)), sk: hash });

/** The suppression list in a table. Its entries never expire. */
export function createSuppressions(table: DynamoTable): Suppressions {
  async function get(address: string): Promise<Suppression | undefined> {
    const item = await read(table, keyOf(addressHash(address)));
    return item && toSuppression(item);
  }

  async function page(shard: string, after: string | undefined, limit: number): Promise<Item[]> {
    const { Items = [] } = await table.client.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: after === undefined ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': partitionOf(shard), ...(after !== undefined && { ':after': after }) },
        Limit: limit,
      }),
    );
    return Items;
  }

  return {
    get,

    async add(address, { reason, sendId }) {
      const key = keyOf(addressHash(address));
      const weaker = SUPPRESSION_REASONS.slice(0, SUPPRESSION_REASONS.indexOf(reason));
      const names = weaker.map((_, n) => `:weaker${n}`);
      const isWeaker = names.length > 0 ? `#reason IN (${names.join(', ')})` : undefined;
      const values = {
        ':reason': reason,
        ':since': isoNow(table.clock),
        ...Object.fromEntries(weaker.map((other, n) => [`:weaker${n}`, other])),
      };
      const item = await updateIf(table, {
        key,
        update: `SET #address = :address, #reason = :reason, #since = :since${sendId === undefined ? ' REMOVE #sendId' : ', #sendId = :sendId'}`,
        condition: `attribute_not_exists(#pk)${isWeaker ? ` OR (attribute_not_exists(#erasedAt) AND ${isWeaker})` : ''}`,
        values: { ...values, ':address': addressKey(address), ...(sendId !== undefined && { ':sendId': sendId }) },
      });
      if (item) return { suppression: toSuppression(item), changed: true };
      const existing = await get(address);
      // Somebody has removed it since.
      if (!existing) return this.add(address, { reason, ...(sendId !== undefined && { sendId }) });
      const stronger =
        isWeaker && existing.erasedAt !== undefined
          ? await updateIf(table, {
              key,
              update: 'SET #reason = :reason, #since = :since',
              condition: `attribute_exists(#erasedAt) AND ${isWeaker}`,
              values,
            })
          : undefined;
      return stronger
        ? { suppression: toSuppression(stronger), changed: true }
        : { suppression: existing, changed: false };
    },

    async erase(address) {
      const update =
        'SET #reason = if_not_exists(#reason, :manual), #since = if_not_exists(#since, :now), ' +
        '#erasedAt = if_not_exists(#erasedAt, :now) REMOVE #address, #sendId';
      const { Attributes = {} } = await table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: keyOf(addressHash(address)),
          UpdateExpression: update,
          ExpressionAttributeNames: namesIn(update),
          ExpressionAttributeValues: { ':manual': 'manual', ':now': isoNow(table.clock) },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return { ...toSuppression(Attributes), erasedAt: String(Attributes.erasedAt) };
    },

    remove: (address) =>
      deleteIf(table, { key: keyOf(addressHash(address)), condition: 'attribute_exists(#pk)', values: {} }),

    async reasonsOf(addresses) {
      const byHash = new Map(addresses.map((address) => [addressHash(address), address]));
      const hashes = [...byHash.keys()];
      const reasons = new Map<string, SuppressionReason>();
      for (let at = 0; at < hashes.length; at += MAX_KEYS) {
        const items = await readMany(table, hashes.slice(at, at + MAX_KEYS).map(keyOf));
        for (const { sk, reason } of items) {
          const address = byHash.get(String(sk));
          if (address !== undefined) reasons.set(address, reason as SuppressionReason);
        }
      }
      return reasons;
    },

    async list({ limit, after }) {
      if (after !== undefined && !CURSOR.test(after)) {
        throw new PregonError('BadRequest', '`after` is not a valid cursor: use the `next` of the page before.');
      }
      const found: Item[] = [];
      for (const shard of SHARDS) {
        if (after !== undefined && shard < after.slice(0, 1)) continue;
        const isFirst = after?.startsWith(shard);
        found.push(...(await page(shard, isFirst ? after : undefined, limit + 1 - found.length)));
        if (found.length > limit) break;
      }
      const suppressions = found.slice(0, limit).map(toSuppression);
      return found.length > limit ? { suppressions, next: String(found[limit - 1]?.sk) } : { suppressions };
    },
  };
}

const toSuppression = ({ address, reason, since, sendId, erasedAt }: Item): Suppression => ({
  ...(typeof address === 'string' && { address }),
  reason: reason as SuppressionReason,
  since: String(since),
  ...(typeof sendId === 'string' && { sendId }),
  ...(typeof erasedAt === 'string' && { erasedAt }),
});
