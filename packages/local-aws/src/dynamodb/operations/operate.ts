import type { DynaliteStore } from '../state/dynalite-store.ts';
import { type Answer, failure, type Request } from './answer.ts';
import { batchExecuteStatement, executeStatement } from './partiql/execute.ts';
import { OPERATIONS, perform } from './perform.ts';
import { timeToLive } from './time-to-live.ts';

type Own = (store: DynaliteStore, request: Request) => Answer;

/** Operations that dynalite lacks. */
const OWN_OPERATIONS: Readonly<Record<string, Own>> = {
  BatchExecuteStatement: (store, request) => batchExecuteStatement(store, request),
  DescribeTimeToLive: (store, request) => timeToLive(store, 'DescribeTimeToLive', request),
  ExecuteStatement: (store, request) => executeStatement(store, request),
  UpdateTimeToLive: (store, request) => timeToLive(store, 'UpdateTimeToLive', request),
};

/** The names of all operations in the API. */
export const OPERATION_NAMES: readonly string[] = [...OPERATIONS, ...Object.keys(OWN_OPERATIONS)].sort();

/** Runs one operation. `answer` may be called before this returns. */
export function operate(store: DynaliteStore, name: string, request: Request, answer: (answer: Answer) => void): void {
  const own = OWN_OPERATIONS[name];
  if (own) {
    answer(own(store, request));
    return;
  }
  if (!isOperation(name)) {
    const message = `The DynamoDB operation ${name} is not part of this local AWS`;
    answer(failure('com.amazon.coral.service#UnknownOperationException', message));
    return;
  }
  perform(store, name, request, (outcome) => {
    if ('failure' in outcome) answer(outcome.failure);
    else if ('error' in outcome) {
      answer({ status: outcome.error.statusCode, body: JSON.stringify(outcome.error.body), units: outcome.units });
    } else answer({ status: 200, body: outcome.body ?? JSON.stringify(outcome.result), units: outcome.units });
  });
}

const known: ReadonlySet<string> = new Set(OPERATIONS);
const isOperation = (name: string): boolean => known.has(name);
