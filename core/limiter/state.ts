import { type DynamoTable, type Item, read } from '../dynamodb/table.ts';
import { limiterKey } from '../ledger/keys.ts';
import type { LimiterState } from './allocate.ts';

/** A limiter's item: where its slots go on, and where its rate comes from. */
export interface LimiterItem extends LimiterState {
  /** The rate in force. */
  perSecond: number;
  /** What the provider allows; 0 where it is not known. */
  allowed: number;
  /** What an operator set; 0 for nothing. It holds while the deployment's own setting is `deployed`. */
  configured: number;
  deployed: number;
  /** When the rate was last looked up, or began to be. */
  checkedAt: number;
  /** Slots handed out ever, and how many they were at two earlier times: what is used now follows from them. */
  taken: number;
  sampleAt: number;
  sampleTaken: number;
  earlierAt: number;
  earlierTaken: number;
}

const FIELDS = [
  'next',
  'spacing',
  'reservedNext',
  'campaignAt',
  'perSecond',
  'allowed',
  'configured',
  'deployed',
  'checkedAt',
  'taken',
  'sampleAt',
  'sampleTaken',
  'earlierAt',
  'earlierTaken',
] as const satisfies readonly (keyof LimiterItem)[];

export function toLimiter(item: Item): LimiterItem {
  return Object.fromEntries(FIELDS.map((field) => [field, Number(item[field] ?? 0)])) as Record<
    (typeof FIELDS)[number],
    number
  >;
}

/** The limiter as it stands; undefined before its rate was first looked up. */
export async function readLimiter(table: DynamoTable, name: string): Promise<LimiterItem | undefined> {
  const item = await read(table, limiterKey(name));
  return item?.spacing === undefined ? undefined : toLimiter(item);
}
