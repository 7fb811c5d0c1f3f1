import { isoNow } from '../clock.ts';
import { contentExpiresAt } from '../dynamodb/expiry.ts';
import { ItemStream } from '../dynamodb/item-stream.ts';
import { type DynamoTable, type Item, putIf, read, updateIf } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';
import { recordIn } from '../ledger/item.ts';
import { CONTROL_INDEX, dueKey, idInDueKey, UPLOAD_LIST_KEY, uploadKey } from '../ledger/keys.ts';
import type { NewUpload, UploadRecord } from './upload.ts';

/** How long the address of an upload is valid. S3 checks it when the request begins: the transfer may take longer. */
export const URL_VALID_MS = 60 * 60_000;
/** An ingest that has not renewed its lease for this long is dead. */
export const LEASE_MS = 60_000;
/** The sweep looks for the file of an upload in this interval. */
export const LOOK_EVERY_MS = 5 * 60_000;

export interface UploadResult {
  status: 'DONE' | 'FAILED';
  rows?: number;
  batchId?: string;
  duplicate?: boolean;
  reason?: string;
  line?: number;
}

/**
 * Records of uploads. Each is in the index of the control table until its end, by the time at which the sweep has to look at it. They expire after 75
 * days; the campaign's own record stays.
 */
export interface UploadStore {
  create(uploadId: string, upload: NewUpload): Promise<UploadRecord>;
  /** Reads with consistency. */
  get(uploadId: string): Promise<UploadRecord | undefined>;
  /** Takes the lease of an upload. Undefined when it has ended, or while another ingest has it. */
  begin(uploadId: string, leaseId: string): Promise<UploadRecord | undefined>;
  /** Renews the lease and notes how much is read. False when another ingest has taken the upload over. */
  renew(uploadId: string, leaseId: string, read: Pick<UploadRecord, 'rows' | 'bytesRead'>): Promise<boolean>;
  /** Gives the lease back: the sweep starts another ingest after the delay. */
  release(uploadId: string, leaseId: string, delayMs: number): Promise<void>;
  /** Ends an upload. False when another ingest has it. */
  end(uploadId: string, leaseId: string, result: UploadResult): Promise<boolean>;
  /** Ends an upload that no ingest has as FAILED. */
  giveUp(upload: UploadRecord, reason: string): Promise<boolean>;
  /** Ids of uploads that the sweep has to look at. */
  due(): AsyncGenerator<string>;
  /** Lets the sweep look at an upload again after the delay. False when it changed since it was read. */
  postpone(upload: UploadRecord, delayMs: number): Promise<boolean>;
}

const OPEN = '(#status = :waiting OR #status = :ingesting)';
const FREE = '(attribute_not_exists(#leaseUntil) OR #leaseUntil <= :at)';
const OPEN_VALUES = { ':waiting': 'WAITING', ':ingesting': 'INGESTING' };

/** Records in the control table. */
export function createUploadStore(table: DynamoTable): UploadStore {
  const { clock } = table;
  const due = (delayMs: number, uploadId: string) => dueKey(clock.now() + delayMs, uploadId);

  async function change(uploadId: string, update: string, condition: string, values: Item) {
    const item = await updateIf(table, { key: uploadKey(uploadId), update, condition, values });
    return item && recordIn<UploadRecord>(item);
  }

  /** Only an upload in the index is due. */
  const END = 'REMOVE #listKey, #createdKey, #leaseId, #leaseUntil';

  return {
    async create(uploadId, upload) {
      const record: UploadRecord = {
        ...upload,
        uploadId,
        status: 'WAITING',
        createdAt: isoNow(clock),
        urlExpiresAt: clock.now() + URL_VALID_MS,
        attempts: 0,
        rows: 0,
        bytesRead: 0,
      };
      const written = await putIf(table, {
        ...uploadKey(uploadId),
        listKey: UPLOAD_LIST_KEY,
        createdKey: due(LOOK_EVERY_MS, uploadId),
        expiresAt: contentExpiresAt(clock.now()),
        ...record,
      });
      if (!written) throw new PregonError('Internal', `There is an upload ${uploadId} already.`);
      return record;
    },

    async get(uploadId) {
      const item = await read(table, uploadKey(uploadId));
      return item && recordIn<UploadRecord>(item);
    },

    begin: (uploadId, leaseId) =>
      change(
        uploadId,
        'SET #status = :ingesting, #leaseId = :leaseId, #leaseUntil = :until, #createdKey = :due, ' +
          '#attempts = #attempts + :one, #rows = :zero, #bytesRead = :zero',
        `${OPEN} AND (${FREE} OR #leaseId = :leaseId)`,
        {
          ...OPEN_VALUES,
          ':leaseId': leaseId,
          ':at': clock.now(),
          ':until': clock.now() + LEASE_MS,
          ':due': due(LEASE_MS, uploadId),
          ':one': 1,
          ':zero': 0,
        },
      ),

    async renew(uploadId, leaseId, { rows, bytesRead }) {
      const renewed = await change(
        uploadId,
        'SET #leaseUntil = :until, #createdKey = :due, #rows = :rows, #bytesRead = :bytes',
        '#leaseId = :leaseId',
        {
          ':leaseId': leaseId,
          ':until': clock.now() + LEASE_MS,
          ':due': due(LEASE_MS, uploadId),
          ':rows': rows,
          ':bytes': bytesRead,
        },
      );
      return renewed !== undefined;
    },

    async release(uploadId, leaseId, delayMs) {
      await change(uploadId, 'SET #createdKey = :due REMOVE #leaseId, #leaseUntil', '#leaseId = :leaseId', {
        ':leaseId': leaseId,
        ':due': due(delayMs, uploadId),
      });
    },

    async end(uploadId, leaseId, result) {
      const given = Object.entries(result).filter(([, value]) => value !== undefined);
      const ended = await change(
        uploadId,
        `SET ${given.map(([name]) => `#${name} = :${name}`).join(', ')} ${END}`,
        '#leaseId = :leaseId',
        { ':leaseId': leaseId, ...Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])) },
      );
      return ended !== undefined;
    },

    async giveUp({ uploadId }, reason) {
      const ended = await change(uploadId, `SET #status = :failed, #reason = :reason ${END}`, `${OPEN} AND ${FREE}`, {
        ...OPEN_VALUES,
        ':failed': 'FAILED',
        ':reason': reason,
        ':at': clock.now(),
      });
      return ended !== undefined;
    },

    async *due() {
      const entries = new ItemStream(table, {
        IndexName: CONTROL_INDEX,
        KeyConditionExpression: 'listKey = :uploads AND createdKey <= :now',
        ExpressionAttributeValues: { ':uploads': UPLOAD_LIST_KEY, ':now': isoNow(clock) },
      });
      for await (const { createdKey } of entries) yield idInDueKey(createdKey);
    },

    async postpone({ uploadId, status, attempts }, delayMs) {
      const postponed = await change(
        uploadId,
        'SET #createdKey = :due',
        `#status = :status AND #attempts = :attempts AND ${FREE}`,
        { ':due': due(delayMs, uploadId), ':status': status, ':attempts': attempts, ':at': clock.now() },
      );
      return postponed !== undefined;
    },
  };
}
