import { randomUUID } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { isoNow } from '../clock.ts';
import { addressKey } from '../csv/address.ts';
import { rowExpiresAt } from '../dynamodb/expiry.ts';
import { type DynamoTable, type Item, putIf, read, updateIf } from '../dynamodb/table.ts';
import { dueKey, INDEX, idInDueKey } from '../ledger/keys.ts';
import { customerKey, OUTBOX, orderKey, toOrder } from './item.ts';
import {
  fieldsOf,
  type Order,
  type OrderChange,
  type OrderFields,
  type OrderRecord,
  type OrderStatus,
} from './order.ts';

export interface OrderStore {
  /** Reads with consistency. */
  get(orderId: string): Promise<Order | undefined>;
  /** Writes a new order with its message in the outbox, unless the order exists. */
  create(fields: OrderFields): Promise<{ created: boolean; order: Order }>;
  /** Writes the order over the version that was read. A new status puts its message into the outbox. Undefined when another write came first. */
  change(read: Order, fields: OrderFields): Promise<Order | undefined>;
  /** Removes messages that were sent from the outbox. */
  clear(order: Pick<Order, 'orderId' | 'outbox'>, sent: readonly OrderStatus[]): Promise<void>;
  /** Writes to the timeline what the processor of a status did. False when it is there already. */
  record(orderId: string, status: OrderStatus, record: OrderRecord): Promise<boolean>;
  /** A page of ids of orders whose outbox is due for the sweep, the longest due first. */
  due(now: number, limit: number, after?: Item): Promise<{ orderIds: string[]; next?: Item }>;
}

/** A message that is still in the outbox after this time is sent by the sweep. */
export const OVERDUE_MS = 30_000;
/** An order has at most four messages in its life, so its outbox cannot change more often than this. */
const CLEAR_TRIES = 8;

/** Orders in the sends table. `newId` marks each write, so that a repeated call recognises its own. */
export function createOrderStore(table: DynamoTable, newId: () => string = randomUUID): OrderStore {
  const { client, clock } = table;

  async function get(orderId: string): Promise<Order | undefined> {
    const item = await read(table, orderKey(orderId));
    return item && toOrder(item);
  }

  const sweepKeys = (orderId: string) => ({
    statusKey: OUTBOX,
    createdKey: dueKey(clock.now() + OVERDUE_MS, orderId),
  });

  /** Before the order itself, so that every order is found by its customer's address. It costs as much as the order's own write. */
  async function indexCustomer({ orderId, customer }: OrderFields): Promise<void> {
    if (!customer) return;
    const entry = {
      ...customerKey(orderId, customer.email),
      address: addressKey(customer.email),
      createdKey: `${isoNow(clock)}#ORDER#${orderId}`,
      expiresAt: rowExpiresAt(table, clock.now()),
    };
    await client.send(new PutCommand({ TableName: table.tableName, Item: entry }));
  }

  /** The entry lives as long as its order. One that was erased meanwhile does not come back. */
  async function keepIndexed({ orderId, customer }: OrderFields): Promise<void> {
    if (!customer) return;
    await updateIf(table, {
      key: customerKey(orderId, customer.email),
      update: 'SET #expiresAt = :end',
      condition: 'attribute_exists(#pk)',
      values: { ':end': rowExpiresAt(table, clock.now()) },
    });
  }

  return {
    get,

    async create(fields) {
      const { orderId, status } = fields;
      // The same order again must not bring back a customer that was erased.
      const before = fields.customer && (await get(orderId));
      if (before) return { created: false, order: before };
      await indexCustomer(fields);
      const at = isoNow(clock);
      const change: OrderChange = { status, at, version: 1, order: fieldsOf(fields) };
      const item: Item = {
        ...orderKey(orderId),
        ...fields,
        version: 1,
        createdAt: at,
        updatedAt: at,
        changes: { [status]: change },
        timeline: {},
        outbox: new Set([status]),
        writeId: newId(),
        expiresAt: rowExpiresAt(table, clock.now()),
        ...sweepKeys(orderId),
      };
      if (await putIf(table, item)) return { created: true, order: toOrder(item) };
      const existing = await read(table, orderKey(orderId));
      if (!existing) throw new Error(`The order ${orderId} existed a moment ago and does not any more`);
      // The SDK repeats a call whose answer was lost, so this very write may have caused the refusal.
      return { created: existing.writeId === item.writeId, order: toOrder(existing) };
    },

    async change(before, fields) {
      const { orderId, version, status: from } = before;
      const { status } = fields;
      const isSameCustomer = fields.customer?.email === before.customer?.email;
      if (!isSameCustomer) await indexCustomer(fields);
      const at = isoNow(clock);
      const writeId = newId();
      const expiresAt = rowExpiresAt(table, clock.now());
      const sets: Item = { ...fields, version: version + 1, updatedAt: at, writeId, expiresAt };
      const values: Item = { ':read': version };
      let moves = '';
      if (status !== from) {
        const change: OrderChange = { status, from, at, version: version + 1, order: fieldsOf(fields) };
        Object.assign(sets, sweepKeys(orderId));
        moves = `, #changes.#${status} = :change ADD #outbox :message`;
        Object.assign(values, { ':change': change, ':message': new Set([status]) });
      }
      const names = Object.keys(sets).filter((name) => name !== 'orderId' && sets[name] !== undefined);
      for (const name of names) values[`:${name}`] = sets[name];
      const key = orderKey(orderId);
      const item = await updateIf(table, {
        key,
        update: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}${moves}`,
        condition: '#version = :read',
        values,
      });
      if (item) {
        if (isSameCustomer) await keepIndexed(fields);
        return toOrder(item);
      }
      const existing = await read(table, key);
      return existing?.writeId === writeId ? toOrder(existing) : undefined;
    },

    async clear({ orderId, outbox }, sent) {
      let existing: readonly OrderStatus[] = outbox;
      for (let tries = 0; tries < CLEAR_TRIES; tries += 1) {
        if (!existing.some((status) => sent.includes(status))) return;
        const left = existing.filter((status) => !sent.includes(status));
        const cleared = await updateIf(table, {
          key: orderKey(orderId),
          // DynamoDB stores no empty set.
          update: left.length > 0 ? 'SET #outbox = :left' : 'REMOVE #outbox, #statusKey, #createdKey',
          condition: '#outbox = :existing',
          values: { ':existing': new Set(existing), ...(left.length > 0 ? { ':left': new Set(left) } : {}) },
        });
        if (cleared) return;
        existing = (await get(orderId))?.outbox ?? [];
      }
      throw new Error(`The outbox of the order ${orderId} changed ${CLEAR_TRIES} times while it was cleared`);
    },

    async record(orderId, status, record) {
      const item = await updateIf(table, {
        key: orderKey(orderId),
        update: `SET #timeline.#${status} = :record`,
        condition: `attribute_exists(#pk) AND attribute_not_exists(#timeline.#${status})`,
        values: { ':record': record },
      });
      return item !== undefined;
    },

    async due(now, limit, after) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table.tableName,
          IndexName: INDEX.byStatus,
          KeyConditionExpression: 'statusKey = :outbox AND createdKey <= :now',
          ExpressionAttributeValues: { ':outbox': OUTBOX, ':now': dueKey(now + 1, '') },
          Limit: limit,
          ...(after ? { ExclusiveStartKey: after } : {}),
        }),
      );
      const orderIds = Items.map(({ createdKey }) => idInDueKey(createdKey));
      return LastEvaluatedKey ? { orderIds, next: LastEvaluatedKey } : { orderIds };
    },
  };
}
