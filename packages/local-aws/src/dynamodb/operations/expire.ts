import type { TableDefinition } from '../definitions.ts';
import { type DynaliteStore, itemSpace } from '../state/dynalite-store.ts';
import type { KeyValueStore, StoredKey } from '../state/key-value-store.ts';
import { operate } from './operate.ts';

/** Items that one step looks at. A step blocks the thread for about a millisecond. */
const ITEMS = 200;
/** DynamoDB takes a time that is longer ago for a mistake and deletes nothing. */
const MAX_AGE_SECONDS = 5 * 365 * 24 * 3600;

type Attributes = Record<string, { N?: string }>;

/**
 * Deletes items whose time to live is over, a few with each step. Like DynamoDB it deletes them some time after that, with their index
 * entries and without charge: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
export class ExpiredItems {
  readonly #kv: KeyValueStore;
  readonly #store: DynaliteStore;
  readonly #tables: readonly TableDefinition[];
  #table = 0;
  #after: StoredKey | undefined;

  constructor(kv: KeyValueStore, store: DynaliteStore, tables: readonly TableDefinition[]) {
    this.#kv = kv;
    this.#store = store;
    this.#tables = tables.filter(({ timeToLiveAttribute }) => timeToLiveAttribute !== undefined);
  }

  /** Looks at the next items, from the first one again after the last. `now` is in milliseconds since the epoch. */
  step(now: number): void {
    const table = this.#tables[this.#table];
    if (!table) return;
    const range = { limit: ITEMS, ...(this.#after !== undefined && { gt: this.#after }) };
    const entries = [...this.#kv.range(itemSpace(table.name), range)];
    for (const { value } of entries) {
      const item = JSON.parse(value) as Attributes;
      if (isOver(item[table.timeToLiveAttribute ?? '']?.N, now / 1000)) this.#remove(table, item);
    }
    this.#after = entries.at(-1)?.key;
    if (entries.length < ITEMS) {
      this.#after = undefined;
      this.#table = (this.#table + 1) % this.#tables.length;
    }
  }

  #remove({ name, keySchema }: TableDefinition, item: Attributes): void {
    const Key = Object.fromEntries(keySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]));
    operate(this.#store, 'DeleteItem', { TableName: name, Key }, ({ status, body }) => {
      if (status !== 200) throw new Error(`An expired item could not be deleted: ${body}`);
    });
  }
}

const isOver = (time: string | undefined, now: number): boolean =>
  time !== undefined && Number(time) <= now && Number(time) > now - MAX_AGE_SECONDS;
