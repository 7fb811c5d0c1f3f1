import { workerData } from 'node:worker_threads';
import type { Maxima } from '../limits/limits.ts';
import { internalFailure, runWorker } from '../threads/worker-main.ts';
import type { TableDefinition } from './definitions.ts';
import { type Answer, failure, type Request } from './operations/answer.ts';
import { limitBatches } from './operations/batch-limits.ts';
import { ExpiredItems } from './operations/expire.ts';
import { moveEarlierEntries } from './operations/move-earlier-entries.ts';
import { operate } from './operations/operate.ts';
import { INTERNAL_ERROR } from './operations/perform.ts';
import { provision } from './operations/provision.ts';
import { type DynaliteStore, dynaliteStore } from './state/dynalite-store.ts';
import { KeyValueStore } from './state/key-value-store.ts';

/** What the thread of DynamoDB starts with. */
export interface DynamoDbWorkerData {
  /** Folder of the tables; they are kept in memory if it is missing. */
  readonly folder?: string;
  readonly tables: readonly TableDefinition[];
  readonly max: Maxima;
}

/** Items are deleted up to one such step for every 200 of them late. DynamoDB takes a few days. */
const EXPIRY_STEP_MS = 1_000;

await runWorker(() => {
  const { folder, tables, max } = workerData as DynamoDbWorkerData;
  const kv = new KeyValueStore(folder);
  const store = dynaliteStore(kv, max);
  limitBatches(max);
  moveEarlierEntries(kv, store);
  for (const table of tables) provision(kv, store, table);
  const expired = new ExpiredItems(kv, store, tables);
  const expiry = setInterval(() => expired.step(Date.now()), EXPIRY_STEP_MS);
  return {
    handle(call, answer) {
      try {
        dispatch(store, call.operation, call.body, (result) => kv.afterCommit(() => answer(result)));
      } catch (error) {
        answer(internalFailure(INTERNAL_ERROR, error));
      }
    },
    close() {
      clearInterval(expiry);
      kv.close();
    },
  };
});

/** Handles one call in AWS JSON 1.0. */
function dispatch(store: DynaliteStore, operation: string, text: string, answer: (answer: Answer) => void): void {
  let request: Request;
  try {
    request = JSON.parse(text === '' ? '{}' : text) as Request;
  } catch {
    answer(failure('com.amazon.coral.service#SerializationException', 'The request is not valid JSON'));
    return;
  }
  operate(store, operation, request, answer);
}
