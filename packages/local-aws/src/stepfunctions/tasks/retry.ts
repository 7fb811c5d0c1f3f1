import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds before each further try. */
const DELAYS = [50, 100, 200, 400, 800];

/**
 * Retries transient errors, as the SDK inside Step Functions does.
 * @throws the error of the last try
 */
export async function withRetries<T>(work: () => Promise<T>, isTransient: (error: unknown) => boolean): Promise<T> {
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

/** Whether the connection was refused. Then the request has not reached the service. */
export const isRefused = (error: unknown): boolean => (error as { code?: string }).code === 'ECONNREFUSED';

/** A failure of the service or of the connection that a retry may resolve. */
export class TransientError extends Error {}
