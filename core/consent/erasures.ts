import { type DynamoTable, read, updateIf } from '../dynamodb/table.ts';
import { addressHash } from './suppressions.ts';

/** The erasures until now. */
export interface ErasuresSeen {
  count: number;
}

/**
 * The erasures of addresses, in the order in which they began. An upload looks each address up in the suppression list once, while it reads. One
 * that is erased later, before the campaign's record is written, would be kept: the erasure cannot know of the upload, so the upload asks here.
 */
export interface Erasures {
  /** Notes that the address is erased. Called once it is suppressed. */
  add(address: string): Promise<void>;
  seen(): Promise<ErasuresSeen>;
  /** The hashes of the addresses that were erased since. `unknown` where there were more than are kept. */
  since(before: ErasuresSeen): Promise<{ hashes: readonly string[] | 'unknown'; seen: ErasuresSeen }>;
}

const KEY = { pk: 'ERASURES', sk: 'ERASURES' };
/** Of 64 bytes each, for the minutes that an upload takes. */
const KEPT = 500;

/** In one item of the control table, without an address: the hashes are those of the suppression list. */
export function createErasures(table: DynamoTable): Erasures {
  async function current(): Promise<{ count: number; hashes: readonly string[] }> {
    const item = await read(table, KEY);
    return { count: Number(item?.count ?? 0), hashes: (item?.hashes as string[] | undefined) ?? [] };
  }

  return {
    async add(address) {
      for (;;) {
        const { count, hashes } = await current();
        const added = await updateIf(table, {
          key: KEY,
          update: 'SET #count = :next, #hashes = :hashes',
          condition: 'attribute_not_exists(#pk) OR #count = :count',
          values: { ':next': count + 1, ':count': count, ':hashes': [...hashes, addressHash(address)].slice(-KEPT) },
        });
        if (added) return;
      }
    },

    async seen() {
      const { count } = await current();
      return { count };
    },

    async since(before) {
      const { count, hashes } = await current();
      const added = count - before.count;
      return {
        hashes: added > hashes.length ? 'unknown' : added > 0 ? hashes.slice(-added) : [],
        seen: { count },
      };
    },
  };
}
