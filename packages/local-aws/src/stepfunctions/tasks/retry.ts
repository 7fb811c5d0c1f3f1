import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds before each further try. */
const DELAYS = [50, 100, 200, 400, 800];

/**
 * Tries again what failed for a moment only, as the SDK behind Step Functions does before a state hears of it.
 * @throws what the last try threw
 */
export async function retrying<T>(work: () => Promise<T>, isTransient: (error: unknown) => boolean): Promise<T> {
  for (const delay of DELAYS) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      await sleep(delay);
    }
  }
  return await work();
}

/** A connection that was refused: nothing of the request has reached anyone. */
export const isRefused = (error: unknown): boolean => (error as { code?: string }).code === 'ECONNREFUSED';

/** A failure of the service or of the way to it; what the service refuses is none. */
export class TransientError extends Error {}
