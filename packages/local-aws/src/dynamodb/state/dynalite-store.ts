import { Stream } from 'node:stream';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import { AWS_LIMITS } from '../../limits/limits.ts';
import type { KeyValueStore, Range } from './key-value-store.ts';

type Callback<T = void> = (error: unknown, value?: T) => void;

/** An error of dynalite. */
export interface DynamoError {
  statusCode: number;
  body: { __type: string; message: string; Item?: unknown };
}

export interface TableRecord {
  TableName: string;
  TableStatus: string;
  KeySchema: { AttributeName: string; KeyType: string }[];
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  GlobalSecondaryIndexes?: IndexRecord[];
  LocalSecondaryIndexes?: IndexRecord[];
  [further: string]: unknown;
}

export interface IndexRecord {
  IndexName: string;
  KeySchema: { AttributeName: string; KeyType: string }[];
  Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
  [further: string]: unknown;
}

/** An item or a part of one: DynamoDB JSON, such as `{pk: {S: 'a'}}`. */
export type Attributes = Record<string, Record<string, string>>;

const KINDS = { local: 'LocalSecondaryIndexes', global: 'GlobalSecondaryIndexes' } as const;

/** dynalite reads from an old-style stream and destroys it when it has enough. */
class EntryStream extends Stream {
  #stopped = false;

  constructor(values: Iterable<unknown>) {
    super();
    process.nextTick(() => {
      const iterator = values[Symbol.iterator]();
      for (;;) {
        let next: IteratorResult<unknown>;
        try {
          next = iterator.next();
        } catch (error) {
          this.emit('error', error);
          return;
        }
        if (next.done || this.#stopped) break;
        this.emit('data', next.value);
      }
      iterator.return?.();
      this.emit('end');
    });
  }

  destroy(): void {
    this.#stopped = true;
  }
}

/**
 * The database of dynalite's actions. Every call is synchronous, so an item and its index entries are written in one turn and
 * one transaction. A killed process therefore leaves no orphans in an index, and keys need no locks.
 */
export function dynaliteStore(kv: KeyValueStore, max = AWS_LIMITS.max) {
  const tables = new Map<string, TableRecord>();
  /** Write units since the last call of takeWriteUnits. */
  let writeUnits = 0;
  /** The item that was written last, and its text. */
  let last: { readonly item: unknown; readonly json: string } | undefined;
  const jsonOf = (item: unknown): string => {
    if (last && last.item === item) return last.json;
    const json = JSON.stringify(item);
    last = { item, json };
    return json;
  };
  const write = (name: string, key: string, value: unknown) => {
    const isItem = name.startsWith('item-');
    const json = isItem ? jsonOf(value) : JSON.stringify(value);
    // DynamoDB bills the larger of the old and the new item. The old one is seldom larger, so only the new one is measured.
    if (isItem) writeUnits += kilobytes(json);
    kv.put(name, key, json);
  };
  const remove = (name: string, key: string) => {
    if (name.startsWith('item-')) writeUnits++;
    kv.delete(name, key);
  };

  const space = (name: string) => ({
    lock: (_key: unknown, run: (release: <T>(callback: T) => T) => void) => run((callback) => callback),
    get(key: string, callback: Callback<unknown>) {
      const value = kv.get(name, key);
      callback(null, value === undefined ? undefined : JSON.parse(value));
    },
    put(key: string, value: unknown, callback: Callback) {
      if (name === TABLES) tables.delete(key);
      write(name, key, value);
      callback(null);
    },
    del(key: string, callback: Callback) {
      if (name === TABLES) tables.delete(key);
      remove(name, key);
      callback(null);
    },
    batch(operations: { type: string; key: string; value?: unknown }[], callback: Callback) {
      for (const { type, key, value } of operations) {
        if (type === 'del') remove(name, key);
        else write(name, key, value);
      }
      callback(null);
    },
    createKeyStream: (range?: Range) => new EntryStream(mapped(kv.range(name, range), ({ key }) => key)),
    createValueStream: (range?: Range) =>
      new EntryStream(mapped(kv.range(name, range), ({ value }) => JSON.parse(value))),
  });

  const spaces = new Map<string, ReturnType<typeof space>>();
  const open = (name: string) => {
    let known = spaces.get(name);
    if (!known) {
      known = space(name);
      spaces.set(name, known);
    }
    return known;
  };
  const drop = (name: string, callback: Callback) => {
    kv.clear(name);
    callback(null);
  };

  function getTable(name: string, checkStatus: boolean | Callback<TableRecord>, then?: Callback<TableRecord>): void {
    const callback = typeof checkStatus === 'function' ? checkStatus : then;
    const mustBeActive = checkStatus === true;
    let table = tables.get(name);
    if (!table) {
      const stored = kv.get(TABLES, name);
      if (stored !== undefined) {
        table = JSON.parse(stored) as TableRecord;
        tables.set(name, table);
      }
    }
    const busy = mustBeActive && (table?.TableStatus === 'CREATING' || table?.TableStatus === 'DELETING');
    if (table && !busy) callback?.(null, table);
    else callback?.(notFound(checkStatus === false ? `: Table: ${name} not found` : ''));
  }

  return {
    max,
    options: { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, maxItemSize: max['dynamodb.itemBytes'] },
    tableDb: Object.assign(open(TABLES), { awsAccountId: LOCAL_ACCOUNT, awsRegion: LOCAL_REGION }),
    getItemDb: (table: string) => open(itemSpace(table)),
    deleteItemDb: (table: string, callback: Callback) => drop(itemSpace(table), callback),
    /** An index has no values of its own: its keys lead to the items, and what it projects is taken from them. */
    getIndexDb: (kind: 'local' | 'global', table: string, index: string) => ({
      createValueStream(range?: Range) {
        let project = (item: Attributes): Attributes => item;
        getTable(table, false, (_error, record) => {
          const found = record?.[KINDS[kind]]?.find(({ IndexName }) => IndexName === index);
          if (record && found) project = projectionOf(found, record);
        });
        const entries = kv.range(indexSpace(kind, table, index), range);
        return new EntryStream(mapped(entries, ({ value }) => project(JSON.parse(value) as Attributes)));
      },
    }),
    deleteIndexDb(kind: string, table: string, index: string, callback: Callback) {
      kv.clearLinks(indexSpace(kind, table, index));
      callback(null);
    },
    /** `item` is the key of the item in its table. */
    addIndexEntry(space: string, key: string, item: { readonly table: string; readonly key: string }): void {
      kv.link(space, key, { space: itemSpace(item.table), key: item.key });
    },
    deleteIndexEntry(space: string, key: string): void {
      writeUnits++;
      kv.unlink(space, key);
    },
    countIndexWrite(units: number): void {
      writeUnits += units;
    },
    getTagDb: (table: string) => open(`tag-${table}`),
    deleteTagDb: (table: string, callback: Callback) => drop(`tag-${table}`, callback),
    getTable,
    /** The JSON of an item that is being written, or was written last. Nothing changes an item after its indexes are updated. */
    jsonOf,
    /** The write units since the last call. */
    takeWriteUnits(): number {
      const units = writeUnits;
      writeUnits = 0;
      return units;
    },
  };
}

/** Kilobytes of the JSON text. DynamoDB counts a little less, because it does not count quotes. */
export const kilobytes = (text: string) => Math.ceil(text.length / 1024);

/** The attributes that an index contains. Undefined if it contains all. */
export function projectedNames({ KeySchema, Projection }: IndexRecord, table: TableRecord): string[] | undefined {
  if (Projection.ProjectionType === 'ALL') return undefined;
  const keys = [...KeySchema, ...table.KeySchema].map(({ AttributeName }) => AttributeName);
  return [...keys, ...(Projection.NonKeyAttributes ?? [])];
}

/** What an index contains of an item. */
export function projectionOf(index: IndexRecord, table: TableRecord): (item: Attributes) => Attributes {
  const names = projectedNames(index, table);
  if (!names) return (item) => item;
  return (item) => {
    const attributes: Attributes = {};
    for (const name of names) {
      const value = item[name];
      if (value !== undefined) attributes[name] = value;
    }
    return attributes;
  };
}

export type DynaliteStore = ReturnType<typeof dynaliteStore>;

export const TABLES = 'table';
export const itemSpace = (table: string) => `item-${table}`;
export const indexSpace = (kind: string, table: string, index: string) =>
  `index-${kind.toLowerCase()}~${table}~${index}`;

function notFound(suffix: string): Error & DynamoError {
  return Object.assign(new Error('NotFound'), {
    statusCode: 400,
    body: {
      __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
      message: `Requested resource not found${suffix}`,
    },
  });
}

function* mapped<T, U>(items: Iterable<T>, map: (item: T) => U): Generator<U> {
  for (const item of items) yield map(item);
}
