import { type OnFailure, startWorkerService, type WorkerService } from '../threads/worker-service.ts';
import type { SqsWorkerData } from './protocol.ts';

export interface SqsOptions extends SqsWorkerData {
  readonly onFailure?: OnFailure;
}

/**
 * Starts SQS in its own thread. `protocol.ts` reads and answers calls, `operations/` runs fauxqs' actions and adds what fauxqs
 * lacks, `state/` keeps fauxqs' queues in SQLite; `definitions.ts` holds the queues that the template asks for.
 */
export function startSqs({ onFailure, ...data }: SqsOptions): Promise<WorkerService> {
  return startWorkerService({
    service: 'sqs',
    entry: new URL('./protocol.ts', import.meta.url),
    workerData: data satisfies SqsWorkerData,
    ...(onFailure && { onFailure }),
  });
}
