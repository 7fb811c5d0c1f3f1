import { PregonError } from '../errors.ts';
import { ERASED_EMAIL } from '../ledger/send.ts';
import type { Telemetry } from '../telemetry.ts';
import { createdAtOf } from './item.ts';
import type { RequestQueue } from './queue.ts';
import { type RequestStatus, requestStatus } from './request.ts';
import type { RequestStore } from './store.ts';

export interface RequestDeps {
  store: Pick<RequestStore, 'create' | 'status' | 'getRow' | 'begin' | 'beginAgain'>;
  queue: Pick<RequestQueue, 'send'>;
  telemetry: Telemetry;
  /** A new run id each time. */
  newId(): string;
}

/**
 * Queues a request for the provider. A request that is processing or sent stays as it is, and a failed one starts again. Throws
 * NotFound, also for a request that was erased.
 */
export async function processRequest(deps: RequestDeps, id: string): Promise<void> {
  if (!(await begin(deps, id))) return;
  try {
    await deps.queue.send(id);
  } catch (error) {
    // The request is processing without a message, which the sweep finds.
    deps.telemetry.error('A request waits for the sweep: its message could not be sent', { id, error });
  }
}

/** True when this very call moved the request to processing. */
async function begin({ store, newId }: RequestDeps, id: string): Promise<boolean> {
  const createdAt = createdAtOf(id);
  if (createdAt === undefined) throw unknown(id);
  const runId = newId();
  if (await store.begin(id, createdAt, runId)) return true;
  const row = await store.getRow(id);
  if (!row) throw unknown(id);
  // The SDK repeats a call whose answer was lost, so this very run may have caused the refusal.
  if (row.runId === runId) return row.status === 'QUEUED';
  if (row.email === ERASED_EMAIL || row.error?.code === 'Erased') throw unknown(id);
  return row.status === 'ERROR' && (await store.beginAgain(row, runId));
}

/** The status of a request. Throws NotFound. */
export async function viewRequest(
  { store }: Pick<RequestDeps, 'store'>,
  id: string,
): Promise<{ id: string; status: RequestStatus }> {
  const status = createdAtOf(id) === undefined ? undefined : await store.status(id);
  if (status === undefined) throw unknown(id);
  return { id, status: requestStatus(status) };
}

const unknown = (id: string) => new PregonError('NotFound', `There is no request ${id.slice(0, 100)}.`);
