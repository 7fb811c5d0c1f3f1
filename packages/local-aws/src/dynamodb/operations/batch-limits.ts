import { createRequire } from 'node:module';
import type { Maxima } from '../../limits/limits.ts';
import type { DynaliteStore } from '../state/dynalite-store.ts';
import type { Request } from './answer.ts';

/** Validates a request. Returns the message of a ValidationException. */
export type Check = (data: Request, store: DynaliteStore) => string | undefined;

interface OfTable {
  readonly Keys?: readonly unknown[];
  readonly length?: number;
}

const require = createRequire(import.meta.url);

/** Sets the largest list of a table in a batch, in dynalite's schemas. Affects this thread only. */
export function limitBatches(max: Maxima): void {
  const { types: reads } = require('dynalite/validations/batchGetItem.js') as {
    types: { RequestItems: { children: { children: { Keys: { lengthLessThanOrEqual: number } } } } };
  };
  const { types: writes } = require('dynalite/validations/batchWriteItem.js') as {
    types: { RequestItems: { values: { lengthLessThanOrEqual: number } } };
  };
  reads.RequestItems.children.children.Keys.lengthLessThanOrEqual = max['dynamodb.batchGetItems'];
  writes.RequestItems.values.lengthLessThanOrEqual = max['dynamodb.batchWriteItems'];
}

/** dynalite's check of an operation, for a batch with the limit for all its tables together. */
export function withBatchLimit(operation: string, check: Check | undefined): Check | undefined {
  if (operation === 'BatchGetItem') {
    return limited(
      check,
      operation,
      ({ max }) => max['dynamodb.batchGetItems'],
      ({ Keys }) => Keys?.length ?? 0,
    );
  }
  if (operation === 'BatchWriteItem') {
    return limited(
      check,
      operation,
      ({ max }) => max['dynamodb.batchWriteItems'],
      ({ length }) => length ?? 0,
    );
  }
  return check;
}

function limited(
  check: Check | undefined,
  operation: string,
  mostOf: (store: DynaliteStore) => number,
  count: (ofTable: OfTable) => number,
): Check {
  const tooMany = `Too many items requested for the ${operation} call`;
  return (data, store) => {
    const tables = Object.values(data.RequestItems as Record<string, OfTable>);
    if (tables.reduce((sum, ofTable) => sum + count(ofTable), 0) > mostOf(store)) return tooMany;
    const problem = check?.(data, store);
    // The last of dynalite's own checks, with the limit of AWS.
    return problem === tooMany ? undefined : problem;
  };
}
