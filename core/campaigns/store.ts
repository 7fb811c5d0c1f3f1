import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { PregonError } from '../errors.ts';
import { CAMPAIGN_LIST_KEY, campaignKey, INDEX } from '../ledger/keys.ts';
import { type CampaignRecord, type CampaignStatus, ENDED } from './campaign.ts';

type Item = Record<string, unknown>;

/** What a change to a campaign's record may set, remove and ask for; all of it in one conditional write. */
export interface CampaignUpdate {
  set?: Partial<Omit<CampaignRecord, 'batchId' | 'uploadId' | 'createdAt'>>;
  remove?: readonly (keyof CampaignRecord)[];
  /** Only while the record has one of these statuses. */
  ifStatus?: readonly CampaignStatus[];
  /** Only while the record has seen no later redrive than this one. */
  ifRedriveCountAtMost?: number;
  /** Only while the record has seen no end of this redrive, and no later redrive. */
  ifNotEndedSince?: number;
  /** Only while this attribute is missing or below the bound. */
  ifBelow?: { attribute: 'checkedAt' | 'redriveRequest.requestedAt'; bound: number };
  /** Only while the redrive that was asked for is the one of this moment. */
  ifRequestedAt?: number;
}

export interface CampaignPage {
  campaigns: CampaignRecord[];
  /** The `after` of the next page; absent on the last. */
  next?: string;
}

export interface CampaignStore {
  /** Writes the record unless there is one. Answers the record that stands, and whether it is this call's. */
  create(record: CampaignRecord): Promise<{ created: boolean; record: CampaignRecord }>;
  /** Reads with consistency: what was acknowledged is seen. */
  get(batchId: string): Promise<CampaignRecord | undefined>;
  /** Newest first. Throws BadRequest for a cursor that is none of ours. */
  list(page: { limit: number; after?: string }): Promise<CampaignPage>;
  /** Answers the record after the change, or undefined when there is none or a condition does not hold. */
  update(batchId: string, change: CampaignUpdate): Promise<CampaignRecord | undefined>;
}

/** Campaign records: one item each beside the ledger's rows, listed through the status index. */
export function createCampaignStore({
  client,
  tableName,
}: {
  client: DynamoDBDocumentClient;
  tableName: string;
}): CampaignStore {
  async function get(batchId: string): Promise<CampaignRecord | undefined> {
    const { Item: item } = await client.send(
      new GetCommand({ TableName: tableName, Key: campaignKey(batchId), ConsistentRead: true }),
    );
    return item && toRecord(item);
  }

  return {
    get,

    async create(record) {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: toItem(record),
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return { created: true, record };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
      const existing = await get(record.batchId);
      if (!existing) throw new PregonError('Internal', `The record of ${record.batchId} was refused and is not there.`);
      // The SDK repeats a call whose answer was lost: the refusal may be by this very record.
      return { created: existing.uploadId === record.uploadId, record: existing };
    },

    async list({ limit, after }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: INDEX.byStatus,
          KeyConditionExpression: 'statusKey = :list',
          ExpressionAttributeValues: { ':list': CAMPAIGN_LIST_KEY },
          ScanIndexForward: false,
          Limit: limit,
          ...(after === undefined ? {} : { ExclusiveStartKey: startKeyOf(after) }),
        }),
      );
      // The index holds what lists of sends show; a campaign's own fields are read from its record.
      const found = await Promise.all(Items.map((item) => get(batchIdIn(String(item.createdKey)))));
      const campaigns = found.filter((record) => record !== undefined);
      const last = LastEvaluatedKey && Buffer.from(String(LastEvaluatedKey.createdKey)).toString('base64url');
      return last === undefined ? { campaigns } : { campaigns, next: last };
    },

    async update(batchId, change) {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: campaignKey(batchId),
            ReturnValues: 'ALL_NEW',
            ...expressionsOf(change),
          }),
        );
        return Attributes && toRecord(Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
  };
}

const createdKeyOf = (record: CampaignRecord) => `${record.createdAt}#${record.batchId}`;

function toItem(record: CampaignRecord): Item {
  return {
    ...campaignKey(record.batchId),
    statusKey: CAMPAIGN_LIST_KEY,
    createdKey: createdKeyOf(record),
    ...record,
  };
}

function toRecord(item: Item): CampaignRecord {
  const { pk: _pk, sk: _sk, statusKey: _statusKey, createdKey: _createdKey, ...record } = item;
  return record as unknown as CampaignRecord;
}

function expressionsOf({ set = {}, remove = [], ...only }: CampaignUpdate) {
  const { ifStatus, ifRedriveCountAtMost, ifNotEndedSince, ifBelow, ifRequestedAt } = only;
  const names: Record<string, string> = {};
  const values: Item = {};
  const conditions = ['attribute_exists(pk)'];
  // Every name goes through a placeholder: `status` and others are reserved words.
  const name = (attribute: string) => {
    names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  };
  const value = (key: string, content: unknown) => {
    values[`:${key}`] = content;
    return `:${key}`;
  };

  const assignments = Object.entries(set)
    .filter(([, content]) => content !== undefined)
    .map(([attribute, content]) => `${name(attribute)} = ${value(attribute, content)}`);
  if (ifStatus) {
    const allowed = ifStatus.map((status, n) => value(`ifStatus${n}`, status));
    conditions.push(`${name('status')} IN (${allowed.join(', ')})`);
  }
  if (ifRedriveCountAtMost !== undefined) {
    conditions.push(`${name('redriveCount')} <= ${value('ifRedriveCount', ifRedriveCountAtMost)}`);
  }
  if (ifNotEndedSince !== undefined) {
    const ended = ENDED.map((status, n) => value(`ended${n}`, status));
    const count = name('redriveCount');
    const since = value('endedSince', ifNotEndedSince);
    conditions.push(
      `(${count} < ${since} OR (${count} = ${since} AND NOT ${name('status')} IN (${ended.join(', ')})))`,
    );
  }
  if (ifBelow) {
    const path = ifBelow.attribute.split('.').map(name).join('.');
    conditions.push(`(attribute_not_exists(${path}) OR ${path} < ${value('ifBelow', ifBelow.bound)})`);
  }
  if (ifRequestedAt !== undefined) {
    conditions.push(`${name('redriveRequest')}.${name('requestedAt')} = ${value('ifRequestedAt', ifRequestedAt)}`);
  }
  const parts = [
    ...(assignments.length ? [`SET ${assignments.join(', ')}`] : []),
    ...(remove.length ? [`REMOVE ${remove.map(name).join(', ')}`] : []),
  ];
  return {
    UpdateExpression: parts.join(' '),
    ConditionExpression: conditions.join(' AND '),
    ...(Object.keys(names).length ? { ExpressionAttributeNames: names } : {}),
    ...(Object.keys(values).length ? { ExpressionAttributeValues: values } : {}),
  };
}

/** Where a campaign stands in the list, as the `after` that goes on behind it. */
export const campaignCursor = (campaign: Pick<CampaignRecord, 'createdAt' | 'batchId'>): string =>
  Buffer.from(`${campaign.createdAt}#${campaign.batchId}`).toString('base64url');

function startKeyOf(cursor: string): Item {
  const createdKey = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#.+$/.test(createdKey)) {
    throw new PregonError('BadRequest', '`after` is not a valid cursor: use the `next` of the page before.');
  }
  return { ...campaignKey(batchIdIn(createdKey)), statusKey: CAMPAIGN_LIST_KEY, createdKey };
}

const batchIdIn = (createdKey: string) => createdKey.slice(createdKey.indexOf('#') + 1);
