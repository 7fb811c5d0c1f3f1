import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoTable, deleteIf, type Item, putIf, read, readMany, updateIf } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';
import { recordIn } from '../ledger/item.ts';
import { CAMPAIGN_LIST_KEY, CONTROL_INDEX, campaignKey } from '../ledger/keys.ts';
import { createdKeyIn, cursorOf } from '../ledger/listed-send.ts';
import { type CampaignRecord, type CampaignStatus, ENDED, type FeedbackTotals } from './campaign.ts';

/** A change of a campaign's record with its conditions; all of it is one conditional write. */
export interface CampaignUpdate {
  set?: Partial<Omit<CampaignRecord, 'batchId' | 'uploadId' | 'createdAt'>>;
  remove?: readonly (keyof CampaignRecord)[];
  /** Only while the record has one of these statuses. */
  ifStatus?: readonly CampaignStatus[];
  /** Only while the record knows no later redrive than this one. */
  ifRedriveCountAtMost?: number;
  /** Only while the record knows no end of this redrive, and no later redrive. */
  ifNotEndedSince?: number;
  /** Only while this time is missing, below the bound, or above what it could be unless the clock was set back since. */
  ifBelow?: { attribute: 'checkedAt' | 'redriveRequest.requestedAt'; bound: number; orAbove: number };
  /** Only while the redrive was requested at this moment. */
  ifRequestedAt?: number;
  /** Only while it waits for the daily quota until this time. */
  ifNextRetryAt?: string;
}

export interface CampaignPage {
  campaigns: CampaignRecord[];
  /** The `after` of the next page; absent on the last. */
  next?: string;
}

export interface CampaignStore {
  /** Writes the record unless there is one. Resolves to the record of this batch, and whether this call wrote it. */
  create(record: CampaignRecord): Promise<{ created: boolean; record: CampaignRecord }>;
  /** Reads with consistency. */
  get(batchId: string): Promise<CampaignRecord | undefined>;
  /** Newest first. Throws BadRequest for a cursor that is not valid. */
  list(page: { limit: number; after?: string }): Promise<CampaignPage>;
  /** Deletes a record whose execution never started, if it is this upload's. */
  discard(record: Pick<CampaignRecord, 'batchId' | 'uploadId'>): Promise<void>;
  /** Resolves to the record after the change, or to undefined when there is none or a condition does not hold. */
  update(batchId: string, change: CampaignUpdate): Promise<CampaignRecord | undefined>;
  /** Adds to the counts of events. Resolves to the record after it, or to undefined when there is none. */
  addFeedback(batchId: string, totals: FeedbackTotals): Promise<CampaignRecord | undefined>;
  /** Moves rows from ERROR to SENT in the counts of a campaign that has ended. Resolves to false when it has none. */
  addConfirmed(batchId: string, rows: { confirmed: number; undecided: number }): Promise<boolean>;
}

/** Campaign records in the control table, listed through its index. */
export function createCampaignStore(table: DynamoTable): CampaignStore {
  async function get(batchId: string): Promise<CampaignRecord | undefined> {
    const item = await read(table, campaignKey(batchId));
    return item && recordIn<CampaignRecord>(item);
  }

  return {
    get,

    async create(record) {
      if (await putIf(table, toItem(record))) return { created: true, record };
      const existing = await get(record.batchId);
      if (!existing) throw new PregonError('Internal', `The record of ${record.batchId} was refused and is not there.`);
      // The SDK repeats a call whose answer was lost, so this very record may have caused the refusal.
      return { created: existing.uploadId === record.uploadId, record: existing };
    },

    async list({ limit, after }) {
      const { Items = [], LastEvaluatedKey } = await table.client.send(
        new QueryCommand({
          TableName: table.tableName,
          IndexName: CONTROL_INDEX,
          KeyConditionExpression: 'listKey = :list',
          ExpressionAttributeValues: { ':list': CAMPAIGN_LIST_KEY },
          ScanIndexForward: false,
          Limit: limit,
          ...(after === undefined ? {} : { ExclusiveStartKey: startKeyOf(after) }),
        }),
      );
      // The index has what never changes, so the other fields are read from the records.
      const ids = Items.map((item) => batchIdIn(String(item.createdKey)));
      const found = await Promise.all(
        chunks(ids, MAX_READ).map((some) => readMany(table, some.map(campaignKey), { consistent: true })),
      );
      const records = new Map(found.flat().map((item) => [String(item.batchId), recordIn<CampaignRecord>(item)]));
      const campaigns = ids.map((id) => records.get(id)).filter((record) => record !== undefined);
      return LastEvaluatedKey ? { campaigns, next: cursorOf(String(LastEvaluatedKey.createdKey)) } : { campaigns };
    },

    async discard({ batchId, uploadId }) {
      await deleteIf(table, {
        key: campaignKey(batchId),
        condition: '#uploadId = :uploadId AND #status = :ingesting',
        values: { ':uploadId': uploadId, ':ingesting': 'INGESTING' },
      });
    },

    async update(batchId, change) {
      const item = await updateIf(table, { key: campaignKey(batchId), ...expressionsOf(change) });
      return item && recordIn<CampaignRecord>(item);
    },

    async addFeedback(batchId, totals) {
      const counts = Object.entries(totals);
      const item = await updateIf(table, {
        key: campaignKey(batchId),
        update: `ADD ${counts.map(([name]) => `#${name} :${name}`).join(', ')}`,
        condition: 'attribute_exists(#pk)',
        values: Object.fromEntries(counts.map(([name, count]) => [`:${name}`, count])),
      });
      return item && recordIn<CampaignRecord>(item);
    },

    async addConfirmed(batchId, { confirmed, undecided }) {
      const item = await updateIf(table, {
        key: campaignKey(batchId),
        update:
          'SET #finalCounts.#SENT = #finalCounts.#SENT + :confirmed, #finalCounts.#ERROR = #finalCounts.#ERROR - :confirmed, ' +
          '#finalCounts.#unconfirmed = #finalCounts.#unconfirmed - :undecided',
        condition: 'attribute_exists(#finalCounts)',
        values: { ':confirmed': confirmed, ':undecided': undecided },
      });
      return item !== undefined;
    },
  };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MAX_READ = 100;
const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));

const createdKeyOf = ({ createdAt, batchId }: Pick<CampaignRecord, 'createdAt' | 'batchId'>) =>
  `${createdAt}#${batchId}`;
const batchIdIn = (createdKey: string) => createdKey.slice(createdKey.indexOf('#') + 1);

function toItem(record: CampaignRecord): Item {
  return {
    ...campaignKey(record.batchId),
    listKey: CAMPAIGN_LIST_KEY,
    createdKey: createdKeyOf(record),
    ...record,
  };
}

function expressionsOf({ set = {}, remove = [], ...only }: CampaignUpdate) {
  const { ifStatus, ifRedriveCountAtMost, ifNotEndedSince, ifBelow, ifRequestedAt, ifNextRetryAt } = only;
  const values: Item = {};
  const conditions = ['attribute_exists(#pk)'];
  const value = (name: string, content: unknown) => {
    values[`:${name}`] = content;
    return `:${name}`;
  };
  const oneOf = (name: string, statuses: readonly CampaignStatus[]) =>
    `#status IN (${statuses.map((status, n) => value(`${name}${n}`, status)).join(', ')})`;

  const assignments = Object.entries(set)
    .filter(([, content]) => content !== undefined)
    .map(([attribute, content]) => `#${attribute} = ${value(attribute, content)}`);
  if (ifStatus) conditions.push(oneOf('ifStatus', ifStatus));
  if (ifRedriveCountAtMost !== undefined) {
    conditions.push(`#redriveCount <= ${value('ifRedriveCount', ifRedriveCountAtMost)}`);
  }
  if (ifNotEndedSince !== undefined) {
    const since = value('endedSince', ifNotEndedSince);
    conditions.push(`(#redriveCount < ${since} OR (#redriveCount = ${since} AND NOT ${oneOf('ended', ENDED)}))`);
  }
  if (ifBelow) {
    const path = ifBelow.attribute.replace(/\w+/g, '#$&');
    const [below, above] = [value('ifBelow', ifBelow.bound), value('orAbove', ifBelow.orAbove)];
    conditions.push(`(attribute_not_exists(${path}) OR ${path} < ${below} OR ${path} > ${above})`);
  }
  if (ifRequestedAt !== undefined) {
    conditions.push(`#redriveRequest.#requestedAt = ${value('ifRequestedAt', ifRequestedAt)}`);
  }
  if (ifNextRetryAt !== undefined) conditions.push(`#nextRetryAt = ${value('ifNextRetryAt', ifNextRetryAt)}`);
  const parts = [
    ...(assignments.length ? [`SET ${assignments.join(', ')}`] : []),
    ...(remove.length ? [`REMOVE ${remove.map((attribute) => `#${attribute}`).join(', ')}`] : []),
  ];
  return { update: parts.join(' '), condition: conditions.join(' AND '), values };
}

/** The `after` of the campaigns behind this one in the list. */
export const campaignCursor = (campaign: Pick<CampaignRecord, 'createdAt' | 'batchId'>): string =>
  cursorOf(createdKeyOf(campaign));

function startKeyOf(cursor: string): Item {
  const problem = '`after` is not a valid cursor: use the `next` of the page before.';
  const createdKey = createdKeyIn(cursor, /^\d{4}-\d\d-\d\dT[\d:.]+Z#.+$/, problem);
  return { ...campaignKey(batchIdIn(createdKey)), listKey: CAMPAIGN_LIST_KEY, createdKey };
}
