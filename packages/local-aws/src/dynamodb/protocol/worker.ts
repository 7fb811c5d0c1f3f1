import { workerData } from 'node:worker_threads';
import { internalFailure, runWorker } from '../../threads/worker-main.ts';
import { provision, type TableDefinition } from '../operations/tables.ts';
import { dynaliteStore } from '../state/dynalite-store.ts';
import { KeyValueStore } from '../state/key-value-store.ts';
import { dispatch } from './dispatch.ts';

export interface DynamoDbWorkerData {
  readonly folder?: string;
  readonly tables: readonly TableDefinition[];
}

await runWorker(() => {
  const { folder, tables } = workerData as DynamoDbWorkerData;
  const kv = new KeyValueStore(folder);
  const store = dynaliteStore(kv);
  for (const table of tables) provision(kv, store, table);
  return {
    handle(call, answer) {
      try {
        dispatch(store, call.operation, call.body, (result) => kv.afterCommit(() => answer(result)));
      } catch (error) {
        answer(internalFailure('com.amazonaws.dynamodb.v20120810#InternalServerError', error));
      }
    },
    close: () => kv.close(),
  };
});
