import { addressKey } from '../csv/address.ts';
import { ItemStream } from '../dynamodb/item-stream.ts';
import { type DynamoTable, readMany, updateIf } from '../dynamodb/table.ts';
import { batchKey, type EmailBatch, OPEN_BATCHES } from '../email/batch.ts';
import type { EmailStore } from '../email/store.ts';
import { recordIn } from '../ledger/item.ts';
import { INDEX, idInDueKey } from '../ledger/keys.ts';
import { ERASED_EMAIL } from '../ledger/send.ts';
import type { RowId } from '../ledger/transitions.ts';

export interface EraseEmailDeps {
  sends: DynamoTable;
  emails: Pick<EmailStore, 'getBatch' | 'addRows'>;
}

const MAX_READ = 100;

/**
 * Rows of transactional email to the address whose batch is accepted and not ended. Usually they are in the index of addresses too, but a
 * crash may have left them to the sweep: then they are written here, so that the sweep does not.
 */
export async function openEmailRows({ sends, emails }: EraseEmailDeps, key: string): Promise<RowId[]> {
  const open = new ItemStream(sends, {
    IndexName: INDEX.byStatus,
    KeyConditionExpression: 'statusKey = :open',
    ExpressionAttributeValues: { ':open': OPEN_BATCHES },
  });
  const ids: string[] = [];
  for await (const { createdKey } of open) ids.push(idInDueKey(createdKey));
  const found: RowId[] = [];
  for (let at = 0; at < ids.length; at += MAX_READ) {
    for (const item of await readMany(sends, ids.slice(at, at + MAX_READ).map(batchKey))) {
      const batch = recordIn<EmailBatch>(item);
      for (const [n, { email }] of batch.destinations.entries()) {
        if (addressKey(email) !== key) continue;
        await emails.addRows(batch, [n + 1]);
        found.push({ batchId: batch.batchId, rowNumber: n + 1 });
      }
    }
  }
  return found;
}

/**
 * Erases a destination from the record of its batch. The subject and the content are those of all its recipients: they are erased with the last
 * one.
 */
export async function eraseDestination(
  { sends, emails }: EraseEmailDeps,
  { batchId, rowNumber }: RowId,
): Promise<void> {
  const batch = await emails.getBatch(batchId);
  if (!batch?.destinations[rowNumber - 1]) return;
  const key = batchKey(batchId);
  const destination = `#destinations[${rowNumber - 1}]`;
  await updateIf(sends, {
    key,
    update: `SET ${destination} = :erased`,
    condition: `attribute_exists(${destination})`,
    values: { ':erased': { email: ERASED_EMAIL } },
  });
  const left = await emails.getBatch(batchId);
  if (!left?.destinations.every(({ email }) => email === ERASED_EMAIL)) return;
  await updateIf(sends, {
    key,
    update: 'SET #subject = :empty, #plainContent = :empty REMOVE #htmlContent',
    condition: 'attribute_exists(#pk)',
    values: { ':empty': '' },
  });
}
