import { type Attributes, type DynaliteStore, itemSpace, TABLES, type TableRecord } from '../state/dynalite-store.ts';
import type { KeyValueStore } from '../state/key-value-store.ts';
import { addToIndexes } from './index-entries.ts';

/** Moves what an earlier release stored into the tables of this one, in one transaction. Index entries are made anew. */
export function moveEarlierEntries(kv: KeyValueStore, store: DynaliteStore): void {
  if (!kv.hasEarlierEntries()) return;
  const tables = new Map<string, TableRecord>();
  for (const { space, key, value } of kv.earlierEntries()) {
    if (space === TABLES) tables.set(itemSpace(key), JSON.parse(value) as TableRecord);
  }
  for (const { space, key, value } of kv.earlierEntries()) {
    if (space.startsWith('index-')) continue;
    kv.put(space, key, value);
    const table = tables.get(space);
    if (table) addToIndexes(store, table, JSON.parse(value) as Attributes, () => true);
  }
  kv.dropEarlierEntries();
}
