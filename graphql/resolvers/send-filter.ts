import { GraphQLError } from 'graphql';
import { addressKey, isAddress } from '../../core/csv/address.ts';
import { isPartitionKey, read, type Tables } from '../../core/dynamodb/table.ts';
import { batchKey } from '../../core/email/batch.ts';
import { PregonError } from '../../core/errors.ts';
import { campaignKey, stateKey } from '../../core/ledger/keys.ts';
import type { SendFilter } from '../../core/ledger/listed-send.ts';
import { SEND_STATUSES } from '../../core/ledger/send.ts';
import type { SendFilterInput } from '../types/arguments.ts';

/** The filter of the arguments; those that are null or absent do not filter. Throws an error that names the wrong argument. */
export function filterOf({ status, from, to, batchId, campaignId, email }: SendFilterInput): SendFilter {
  if (status?.length === 0) {
    throw new PregonError('BadRequest', `status must name at least one of ${SEND_STATUSES.join(', ')}, or be left out`);
  }
  checkRange({ from, to }, { from: 'from', to: 'to' });
  for (const [name, value] of Object.entries({ batchId, campaignId, email })) {
    if (value && !isPartitionKey(`${value}#f`)) throw badInput(`${name} is too long: it has more than 2,000 bytes`);
  }
  return {
    ...(status ? { statuses: status } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(batchId ? { batchId } : {}),
    ...(campaignId ? { campaignId } : {}),
    ...(email ? { email } : {}),
  };
}

/** Refuses a range that ends before it begins: it would be answered with an empty list. */
export function checkRange(
  { from, to }: { from?: string | null | undefined; to?: string | null | undefined },
  names: { from: string; to: string },
): void {
  if (from && to && to < from) throw badInput(`${names.to} (${to}) is before ${names.from} (${from}): exchange them`);
}

/**
 * Called when a list is empty. Throws an error where the reason is a mistake in the filter: a batch that does not exist, or an address
 * that is none. A phone number or a push token may stand in `email`, so only a list without results tells.
 */
export async function checkEmpty({ sends, control }: Tables, { batchId, email }: SendFilter): Promise<void> {
  if (email !== undefined && !isRecipient(email)) {
    throw badInput(
      `email is not a valid address, and no send has it as its recipient: ${JSON.stringify(email.slice(0, 100))}`,
    );
  }
  if (batchId === undefined) return;
  const items = await Promise.all([
    read(control, campaignKey(batchId)),
    read(sends, batchKey(batchId)),
    read(sends, stateKey(batchId, 1)),
  ]);
  if (items.every((item) => item === undefined)) throw badInput(`There is no batch ${batchId.slice(0, 100)}`);
}

/** An address, or a phone number. */
const isRecipient = (text: string) => isAddress(addressKey(text)) || /^\s*\+?[\d\s().-]{5,20}\s*$/.test(text);

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
