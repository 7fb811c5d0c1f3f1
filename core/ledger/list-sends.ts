import { addressKey } from '../csv/address.ts';
import { type Budget, ItemStream, merge } from '../dynamodb/item-stream.ts';
import { type Item, type Key, read, readMany, type Tables } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';
import { daysWithSends } from './days.ts';
import { toSend } from './item.ts';
import {
  allShards,
  CAMPAIGN_LIST_KEY,
  CONTROL_INDEX,
  campaignKey,
  createdKey,
  dayOf,
  INDEX,
  stateKey,
  statusKey,
} from './keys.ts';
import { createdKeyIn, cursorOf, type SendFilter, type SendPage } from './listed-send.ts';
import { SEND_STATUSES, type Send, type SendStatus } from './send.ts';

/** A page makes about this many queries at most, which is enough for ten days in all four statuses. */
const QUERIES_PER_PAGE = 640;
const MAX_LIMIT = 1_000;
const PLACE = /^\d{4}-\d\d-\d\dT[\d:.]+Z#.+#\d{8}$/;

/** A part of the list, and the place behind it. Parts and their items are in the order of the list. */
interface Segment {
  items: AsyncIterable<Item>;
  end: string;
}

interface Walk {
  tables: Tables;
  filter: SendFilter;
  statuses: readonly SendStatus[];
  /** Every `createdKey` of the page sorts before this one. */
  below: string | undefined;
  limit: number;
  budget: Budget;
}

/**
 * One page of sends, newest first: by address, by batch, by campaign id, or by status and time across batches.
 * Throws BadRequest for a cursor, a time or a limit that is not valid.
 */
export async function listSends(
  tables: Tables,
  filter: SendFilter,
  { limit = 50, after }: { limit?: number; after?: string } = {},
): Promise<SendPage> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw badRequest(`limit must be at least 1 and at most ${MAX_LIMIT.toLocaleString('en-US')}`);
  const walk: Walk = {
    tables,
    filter: { ...filter, ...isoTimes(filter) },
    statuses: filter.statuses?.length ? [...new Set(filter.statuses)] : SEND_STATUSES,
    below:
      after === undefined
        ? undefined
        : createdKeyIn(after, PLACE, '`after` is not a valid cursor: use the `cursor` of a send in this list.'),
    limit,
    budget: { queries: QUERIES_PER_PAGE },
  };
  return pageOf(walk, segmentsOf(walk));
}

async function pageOf(walk: Walk, segments: AsyncIterable<Segment>): Promise<SendPage> {
  const sends: SendPage['sends'] = [];
  let last = walk.below;
  for await (const segment of segments) {
    for await (const item of segment.items) {
      const place = String(item.createdKey);
      const send = toSend(item);
      const previous = sends.at(-1);
      // A row whose status changed while the page was read appears in both statuses. The later state counts.
      if (place === last && previous?.sendId === send.sendId) {
        if (send.updatedAt > previous.updatedAt) sends[sends.length - 1] = { ...send, cursor: previous.cursor };
        continue;
      }
      if (sends.length === walk.limit && last) return { sends, next: cursorOf(last) };
      last = place;
      if (matches(walk, send)) sends.push({ ...send, cursor: cursorOf(place) });
      if (walk.budget.queries <= 0) return { sends, next: cursorOf(last) };
    }
    if (walk.budget.queries <= 0) return { sends, next: cursorOf(segment.end) };
  }
  return { sends };
}

function matches({ filter, statuses }: Walk, send: Send): boolean {
  return (
    statuses.includes(send.status) &&
    (filter.from === undefined || send.createdAt >= filter.from) &&
    (filter.to === undefined || send.createdAt < filter.to) &&
    (filter.batchId === undefined || send.batchId === filter.batchId) &&
    (filter.campaignId === undefined || send.campaignId === filter.campaignId)
  );
}

function segmentsOf(walk: Walk): AsyncIterable<Segment> {
  if (walk.filter.email !== undefined) return addressSegment(walk, walk.filter.email);
  if (walk.filter.batchId !== undefined) return batchSegments(walk, walk.filter.batchId);
  if (walk.filter.campaignId !== undefined) return campaignSegments(walk, walk.filter.campaignId);
  return daySegments(walk);
}

async function* addressSegment(walk: Walk, email: string): AsyncGenerator<Segment> {
  yield { items: byAddress(walk, email), end: endOf('0000-01-01') };
}

async function* daySegments(walk: Walk): AsyncGenerator<Segment> {
  const { from } = walk.filter;
  const below = least(walk.below, walk.filter.to);
  const days = daysWithSends(walk.tables.sends, {
    ...(from && { from: dayOf(from) }),
    ...(below && { to: dayOf(below) }),
  });
  for await (const day of days) yield { items: statusStreams(walk, day, from ?? day, below), end: endOf(day) };
}

async function* batchSegments(walk: Walk, batchId: string): AsyncGenerator<Segment> {
  const { sends, control } = walk.tables;
  // Batches of the other channels have no campaign record. All their rows were created together with the first.
  const batch = (await read(control, campaignKey(batchId))) ?? (await read(sends, stateKey(batchId, 1)));
  const { createdAt } = batch ?? {};
  if (typeof createdAt !== 'string') return;
  const first = createdKey(createdAt, batchId, 0);
  // '$' sorts after '#', so this is the end of everything that begins with the batch.
  const below = least(walk.below, `${createdAt}#${batchId}$`);
  yield { items: statusStreams(walk, dayOf(createdAt), first, below), end: first };
}

/** The batches of a campaign id, newest first. Campaigns are few, so the whole list is read. */
async function* campaignSegments(walk: Walk, campaignId: string): AsyncGenerator<Segment> {
  const records = new ItemStream(
    walk.tables.control,
    {
      IndexName: CONTROL_INDEX,
      KeyConditionExpression: 'listKey = :list',
      FilterExpression: '#campaignId = :campaignId',
      ExpressionAttributeNames: { '#campaignId': 'campaignId' },
      ExpressionAttributeValues: { ':list': CAMPAIGN_LIST_KEY, ':campaignId': campaignId },
      ScanIndexForward: false,
    },
    walk.budget,
  );
  for await (const { createdKey: place, batchId } of records) {
    if (walk.below === undefined || String(place) <= walk.below) yield* batchSegments(walk, String(batchId));
  }
}

/** The sends of a day in these statuses, merged from all shards, with a `createdKey` from `from` to before `below`. */
function statusStreams(walk: Walk, day: string, from: string, below = `${day}~`): AsyncIterable<Item> {
  if (below < from) return merge([], newestFirst);
  const perStream = Math.ceil((2 * walk.limit) / (walk.statuses.length * allShards.length));
  const streams = walk.statuses.flatMap((status) =>
    allShards.map(
      (shard) =>
        new ItemStream(
          walk.tables.sends,
          {
            IndexName: INDEX.byStatus,
            KeyConditionExpression: 'statusKey = :status AND createdKey BETWEEN :from AND :below',
            ExpressionAttributeValues: { ':status': statusKey(status, day, shard), ':from': from, ':below': below },
            ScanIndexForward: false,
            Limit: Math.max(8, perStream),
          },
          walk.budget,
        ),
    ),
  );
  return except(merge(streams, newestFirst), below);
}

/** Leaves out the item at `place`, because DynamoDB's BETWEEN includes its end. */
async function* except(items: AsyncIterable<Item>, place: string): AsyncGenerator<Item> {
  for await (const item of items) if (item.createdKey !== place) yield item;
}

/** The address index holds keys only, so the state items are read for them, a hundred at a time. */
async function* byAddress(walk: Walk, email: string): AsyncGenerator<Item> {
  const from = walk.filter.from ?? '0';
  const below = least(walk.below, walk.filter.to) ?? '~';
  if (below < from) return;
  const keys = new ItemStream(
    walk.tables.sends,
    {
      IndexName: INDEX.byAddress,
      KeyConditionExpression: 'address = :address AND createdKey BETWEEN :from AND :below',
      ExpressionAttributeValues: {
        ':address': addressKey(email),
        ':from': from,
        ':below': below,
        ':state': 'S#',
      },
      // Orders are in the index too.
      FilterExpression: 'begins_with(sk, :state)',
      ScanIndexForward: false,
      Limit: 100,
    },
    walk.budget,
  );
  for (;;) {
    await keys.fill();
    const page: Key[] = [];
    while (keys.head) {
      if (keys.head.createdKey !== walk.below) page.push({ pk: String(keys.head.pk), sk: String(keys.head.sk) });
      keys.take();
    }
    if (page.length === 0) return;
    yield* (await readMany(walk.tables.sends, page)).sort((a, b) => (newestFirst(a, b) ? -1 : 1));
  }
}

const newestFirst = (a: Item, b: Item) => String(a.createdKey) > String(b.createdKey);
const least = (a: string | undefined, b: string | undefined) => (a === undefined || (b !== undefined && b < a) ? b : a);
/** Sorts before every row of the day. */
const endOf = (day: string) => createdKey(`${day}T00:00:00.000Z`, '-', 0);

function isoTimes({ from, to }: SendFilter): Pick<SendFilter, 'from' | 'to'> {
  return { ...(from !== undefined && { from: isoOf('from', from) }), ...(to !== undefined && { to: isoOf('to', to) }) };
}

function isoOf(name: string, time: string): string {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) throw badRequest(`\`${name}\` is not an ISO 8601 time: ${time}`);
  return new Date(milliseconds).toISOString();
}

const badRequest = (detail: string) => new PregonError('BadRequest', detail);
