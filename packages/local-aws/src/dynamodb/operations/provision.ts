import type { TableDefinition } from '../definitions.ts';
import {
  type Attributes,
  type DynaliteStore,
  type IndexRecord,
  indexSpace,
  itemSpace,
  TABLES,
  type TableRecord,
} from '../state/dynalite-store.ts';
import type { KeyValueStore } from '../state/key-value-store.ts';
import { addToIndexes } from './index-entries.ts';
import { operate } from './operate.ts';

/** Creates a table, or brings its indexes in line with its definition. Throws if the keys of the table differ. */
export function provision(kv: KeyValueStore, store: DynaliteStore, definition: TableDefinition): void {
  const stored = kv.get(TABLES, definition.name);
  if (stored === undefined) create(kv, store, definition);
  else update(kv, store, definition, JSON.parse(stored) as TableRecord);
  const { timeToLiveAttribute } = definition;
  if (timeToLiveAttribute === undefined) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: timeToLiveAttribute };
  call(store, 'UpdateTimeToLive', { TableName: definition.name, TimeToLiveSpecification });
}

function create(kv: KeyValueStore, store: DynaliteStore, definition: TableDefinition): void {
  call(store, 'CreateTable', {
    TableName: definition.name,
    KeySchema: definition.keySchema,
    AttributeDefinitions: definition.attributes,
    BillingMode: 'PAY_PER_REQUEST',
    ...(definition.globalIndexes.length > 0 ? { GlobalSecondaryIndexes: definition.globalIndexes } : {}),
    ...(definition.localIndexes.length > 0 ? { LocalSecondaryIndexes: definition.localIndexes } : {}),
  });
  // dynalite would make the table ACTIVE a moment later. It can be active at once, because the thread serves no calls yet.
  const record = JSON.parse(kv.get(TABLES, definition.name) ?? '{}') as TableRecord;
  record.TableStatus = 'ACTIVE';
  for (const index of record.GlobalSecondaryIndexes ?? []) index.IndexStatus = 'ACTIVE';
  write(store, record);
}

function update(kv: KeyValueStore, store: DynaliteStore, definition: TableDefinition, record: TableRecord): void {
  if (!same(record.KeySchema, definition.keySchema)) {
    throw new Error(`The keys of the table ${definition.name} differ between the template and the data directory`);
  }
  const known = new Map((record.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]));
  const changed = definition.globalIndexes.filter((index) => {
    const before = known.get(index.IndexName);
    return !before || !same(before.KeySchema, index.KeySchema) || !same(before.Projection, index.Projection);
  });
  const wanted = new Set(definition.globalIndexes.map((index) => index.IndexName));
  const dropped = [...known.keys()].filter((name) => !wanted.has(name));
  if (changed.length === 0 && dropped.length === 0) return;
  for (const name of [...dropped, ...changed.map((index) => index.IndexName)]) {
    kv.clearLinks(indexSpace('Global', definition.name, name));
  }
  record.AttributeDefinitions = definition.attributes;
  record.GlobalSecondaryIndexes = definition.globalIndexes.map((index) => ({
    ...index,
    IndexStatus: 'ACTIVE',
    IndexSizeBytes: 0,
    ItemCount: 0,
    IndexArn: `${String(record.TableArn)}/index/${index.IndexName}`,
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 },
  }));
  write(store, record);
  fillIndexes(kv, store, record, changed);
}

/** Writes the entries of `indexes` for every item of the table. */
function fillIndexes(
  kv: KeyValueStore,
  store: DynaliteStore,
  record: TableRecord,
  indexes: readonly IndexRecord[],
): void {
  const filled = new Set(indexes.map(({ IndexName }) => indexSpace('Global', record.TableName, IndexName)));
  for (const { value } of [...kv.range(itemSpace(record.TableName))]) {
    addToIndexes(store, record, JSON.parse(value) as Attributes, ({ space }) => filled.has(space));
  }
}

function write(store: DynaliteStore, record: TableRecord): void {
  store.tableDb.put(record.TableName, record, () => undefined);
}

function call(store: DynaliteStore, operation: string, request: Record<string, unknown>): void {
  operate(store, operation, request, ({ status, body }) => {
    if (status !== 200) throw new Error(`${operation}: ${body}`);
  });
}

const same = (left: unknown, right: unknown) => canonical(left) === canonical(right);

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
