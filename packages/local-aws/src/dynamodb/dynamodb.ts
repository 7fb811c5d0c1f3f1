import { AWS_LIMITS, type Maxima } from '../limits/limits.ts';
import { type OnFailure, startWorkerService, type WorkerService } from '../threads/worker-service.ts';
import type { TableDefinition } from './definitions.ts';
import type { DynamoDbWorkerData } from './protocol.ts';

export interface DynamoDbOptions {
  /** Folder of the tables; they are kept in memory if it is missing. */
  readonly folder?: string;
  readonly tables: readonly TableDefinition[];
  /** The largest sizes; those of AWS by default. */
  readonly max?: Maxima;
  readonly onFailure?: OnFailure;
}

/**
 * Starts DynamoDB in its own thread. `protocol.ts` reads and answers calls, `operations/` runs dynalite's actions, `state/`
 * keeps tables and items in SQLite; `definitions.ts` holds the tables that the template asks for.
 */
export function startDynamoDb({ onFailure, max = AWS_LIMITS.max, ...data }: DynamoDbOptions): Promise<WorkerService> {
  return startWorkerService({
    service: 'dynamodb',
    entry: new URL('./protocol.ts', import.meta.url),
    workerData: { ...data, max } satisfies DynamoDbWorkerData,
    ...(onFailure && { onFailure }),
  });
}
