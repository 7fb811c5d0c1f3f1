import dynalite from 'dynalite/db/index.js';
import type { DynaliteStore, IndexRecord, TableRecord } from '../state/dynalite-store.ts';

/** An item or a part of one: DynamoDB JSON, such as `{pk: {S: 'a'}}`. */
export type Attributes = Record<string, Record<string, string>>;

interface KeySchema {
  readonly AttributeName: string;
}

interface IndexEntry {
  key: string;
  attributes: Attributes;
}

const MAX_KEPT = 10_000;

/**
 * Replaces two functions of dynalite that every write calls. Its keys begin with an MD5 of the hash key, which took a tenth of a write: an item
 * is written several times, so keys are kept. An index entry that stays the same is not written: DynamoDB neither writes nor bills it.
 */
export function keepKeys(): void {
  dynalite.createKey = createKey;
  dynalite.updateIndexes = updateIndexes;
}

const kept = new Map<string, string>();

function hashPrefix(...parts: [hash: string, hashType: string, range?: string, rangeType?: string]): string {
  const name = parts.join('\0');
  let prefix = kept.get(name);
  if (prefix === undefined) {
    prefix = dynalite.hashPrefix(...parts);
    if (kept.size === MAX_KEPT) kept.clear();
    kept.set(name, prefix);
  }
  return prefix;
}

function createKey(item: Attributes, table: TableRecord, schema: readonly KeySchema[] = table.KeySchema): string {
  let key = '';
  for (const { AttributeName } of schema) {
    const type = typeOf(AttributeName, table);
    const value = String(item[AttributeName]?.[type]);
    if (key === '') key = `${hashPrefix(value, type)}/`;
    key += `${dynalite.toRangeStr(value, type)}/`;
  }
  return key;
}

const typeOf = (name: string, { AttributeDefinitions }: TableRecord) =>
  AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? 'S';

/** The entry of an item in an index. Undefined when the item lacks a key of the index. */
function entryOf(item: Attributes | undefined, index: IndexRecord, table: TableRecord): IndexEntry | undefined {
  const indexKeys = index.KeySchema.map(({ AttributeName }) => AttributeName);
  if (!item || indexKeys.some((name) => item[name] === undefined || item[name] === null)) return undefined;
  const tableKeys = table.KeySchema.map(({ AttributeName }) => AttributeName);
  const { ProjectionType, NonKeyAttributes = [] } = index.Projection;
  const parts = tableKeys.flatMap((name) => {
    const type = typeOf(name, table);
    return [String(item[name]?.[type]), type];
  }) as [string, string, string?, string?];
  return {
    key: createKey(item, table, index.KeySchema) + hashPrefix(...parts),
    attributes: ProjectionType === 'ALL' ? item : picked(item, [...indexKeys, ...tableKeys, ...NonKeyAttributes]),
  };
}

function picked(item: Attributes, names: readonly string[]): Attributes {
  const attributes: Attributes = {};
  for (const name of names) {
    const value = item[name];
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

function updateIndexes(
  store: DynaliteStore,
  table: TableRecord,
  existing: Attributes | undefined,
  item: Attributes | undefined,
  done: (error?: unknown) => void,
): void {
  for (const kind of ['Local', 'Global'] as const) {
    for (const index of table[`${kind}SecondaryIndexes`] ?? []) {
      const before = entryOf(existing, index, table);
      const after = entryOf(item, index, table);
      if (before && after && before.key === after.key && isEqual(before.attributes, after.attributes)) continue;
      const entries = store.getIndexDb(kind, table.TableName, index.IndexName);
      // The store is synchronous and throws what fails.
      if (before && before.key !== after?.key) entries.del(before.key, ignored);
      if (after) entries.put(after.key, after.attributes, ignored);
    }
  }
  done();
}

const ignored = () => undefined;

const isEqual = (one: Attributes, other: Attributes) => JSON.stringify(one) === JSON.stringify(other);
