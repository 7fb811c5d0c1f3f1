import { PregonError } from '../errors.ts';
import type { Telemetry } from '../telemetry.ts';
import { createdAtOf } from './id.ts';
import type { RequestQueue } from './queue.ts';
import { type RequestStatus, requestStatus } from './request.ts';
import type { RequestStore } from './store.ts';

export interface RequestDeps {
  store: RequestStore;
  queue: Pick<RequestQueue, 'send'>;
  telemetry: Telemetry;
  /** Unique each time: names a run. */
  newId(): string;
}

/**
 * Has a request sent, behind the caller. One that is being processed or was sent stays as it is; a failed one begins anew.
 * Throws NotFound.
 */
export async function processRequest(deps: RequestDeps, id: string): Promise<void> {
  if (!(await begun(deps, id))) return;
  try {
    await deps.queue.send(id);
  } catch (error) {
    // It is processing all the same: the sweep finds it without a message.
    deps.telemetry.error('A request waits for the sweep: its message could not be sent', { id, error });
  }
}

/** True when this very call had it begun. */
async function begun({ store, newId }: RequestDeps, id: string): Promise<boolean> {
  const createdAt = createdAtOf(id);
  if (createdAt === undefined) throw unknown(id);
  const runId = newId();
  if (await store.begin(id, createdAt, runId)) return true;
  const row = await store.getRow(id);
  if (!row) throw unknown(id);
  // The SDK repeats a call whose answer was lost: the refusal may be by this very run.
  if (row.runId === runId) return row.status === 'QUEUED';
  return row.status === 'ERROR' && (await store.beginAgain(row, runId));
}

/** How a request stands. Throws NotFound. */
export async function viewRequest(
  { store }: Pick<RequestDeps, 'store'>,
  id: string,
): Promise<{ id: string; status: RequestStatus }> {
  const status = createdAtOf(id) === undefined ? undefined : await store.status(id);
  if (status === undefined) throw unknown(id);
  return { id, status: requestStatus(status) };
}

const unknown = (id: string) => new PregonError('NotFound', `There is no request ${id.slice(0, 100)}.`);
