import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isoNow } from '../clock.ts';
import { contentExpiresAt } from '../dynamodb/expiry.ts';
import { type DynamoTable, type Item, namesIn, putIf, read, updateIf } from '../dynamodb/table.ts';
import { type NewRow, newStateItem, toRow } from './item.ts';
import { contentKey, stateKey } from './keys.ts';
import { ERASED_EMAIL, type LedgerRow } from './send.ts';
import { errorOf, expire, failUnclaimed, getRow, type RowId } from './transitions.ts';

const ERASED = errorOf('Erased', 'What was stored about this recipient was erased, so the email is not sent.');
const RECHECK_MS = 500;

/** What became of a row whose address is erased. */
export interface Closed {
  row: LedgerRow;
  /** This call ended it in ERROR Erased. */
  isNew: boolean;
}

/**
 * Makes sure that a row whose address is erased is not sent: ends it in ERROR Erased unless it is SENT or in ERROR for good. Waits for a live
 * lease, because its email may be leaving. A row that was refused as suppressed since `since`, the time of the erasure, was refused because
 * of it, so it ends as Erased too. Resolves to undefined when there is no such row.
 */
export async function closeForErasure(table: DynamoTable, id: RowId, since: string): Promise<Closed | undefined> {
  for (;;) {
    const row = await getRow(table, id);
    if (!row) return undefined;
    if (row.lease) {
      const after = await expire(table, id, row.lease);
      if (after?.lease) await table.clock.sleep(RECHECK_MS);
      continue;
    }
    if (!canChange(row, since)) return { row, isNew: false };
    if (await failUnclaimed(table, row, ERASED, [row.status])) {
      return { row: { ...row, status: 'ERROR', error: ERASED }, isNew: true };
    }
  }
}

/** Whether the row could be sent, by its workflow, a redrive or a decision. */
function canChange({ status, error, updatedAt }: LedgerRow, since: string): boolean {
  if (status !== 'ERROR') return status !== 'SENT';
  const isUndecided = error?.class === 'unconfirmed' && error.resolution === undefined;
  return error?.retryable === true || isUndecided || (error?.code === 'Suppressed' && updatedAt >= since);
}

/**
 * Removes the address, the subject and what servers said about the email from a row that `closeForErasure` has closed. It stays in the index of
 * addresses, by which an erasure that was interrupted finds it again, until `unindexRow`.
 */
export async function stripRow(table: DynamoTable, id: RowId): Promise<void> {
  const key = stateKey(id.batchId, id.rowNumber);
  for (;;) {
    const item = await read(table, key);
    if (!item || item.email === ERASED_EMAIL) return;
    const { error, status, tries } = item as Item & { error?: { code: string } };
    const keepsMessage = error === undefined || error.code === ERASED.code;
    const removed = Object.keys(item).filter((name) => SAID_BY_SERVERS.test(name));
    const stripped = await updateIf(table, {
      key,
      update:
        'SET #email = :erased, #subject = :empty, #erasedAt = :now, #updatedAt = :now' +
        (keepsMessage ? '' : ', #error.#message = :message') +
        (Array.isArray(tries) ? ', #tries = :none' : '') +
        (removed.length > 0 ? ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}` : ''),
      condition: '#status = :status AND #updatedAt = :seen AND attribute_not_exists(#leaseId)',
      values: {
        ':erased': ERASED_EMAIL,
        ':empty': '',
        ':now': isoNow(table.clock),
        ':status': status,
        ':seen': item.updatedAt,
        ...(!keepsMessage && { ':message': 'The reason was erased together with the address.' }),
        ...(Array.isArray(tries) && { ':none': [] }),
      },
    });
    if (stripped) return;
    await table.clock.sleep(RECHECK_MS);
  }
}

/** Answers to attempts, and diagnostics of events: they may name the address. */
const SAID_BY_SERVERS = /^(?:failedTry|.+Why)$/;

/** Takes a row out of the index of addresses: it is erased. Resolves to false when it was out already. */
export async function unindexRow(table: DynamoTable, { batchId, rowNumber }: RowId): Promise<boolean> {
  const item = await updateIf(table, {
    key: stateKey(batchId, rowNumber),
    update: 'REMOVE #address',
    condition: 'attribute_exists(#address)',
    values: {},
  });
  return item !== undefined;
}

/** Empties the content of a row. The item stays, so that a workflow that registers its row again does not write it once more. */
export async function eraseContent(
  table: DynamoTable,
  { batchId, rowNumber, channel, createdAt }: LedgerRow,
): Promise<void> {
  const key = contentKey(batchId, rowNumber);
  if (channel !== 'campaign') {
    const values = { ':empty': '' };
    await updateIf(table, { key, update: 'SET #content = :empty', condition: 'attribute_exists(#pk)', values });
    return;
  }
  // Also where the workflow has not written it yet.
  const update = 'SET #content = :empty, #expiresAt = if_not_exists(#expiresAt, :end)';
  await table.client.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: key,
      UpdateExpression: update,
      ExpressionAttributeNames: namesIn(update),
      ExpressionAttributeValues: { ':empty': '', ':end': contentExpiresAt(Date.parse(createdAt)) },
    }),
  );
}

/**
 * Writes the row of a campaign that has not been registered, in ERROR Erased. The workflow leaves items that exist as they are, so the row is not
 * written from its file. Resolves to the row, or to undefined when it is registered already.
 */
export async function putErasedRow(table: DynamoTable, registered: NewRow): Promise<LedgerRow | undefined> {
  const item = {
    ...newStateItem({ ...registered, subject: '', status: 'ERROR' }),
    error: ERASED,
    updatedAt: isoNow(table.clock),
  };
  return (await putIf(table, item)) ? toRow(item) : undefined;
}
