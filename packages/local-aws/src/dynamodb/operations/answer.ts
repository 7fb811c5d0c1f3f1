import type { WorkerAnswer } from '../../threads/worker-protocol.ts';

export type Request = Record<string, unknown>;

/** The response to an operation: JSON text, and the capacity that it consumed. */
export type Answer = Omit<WorkerAnswer, 'id'>;

export const failure = (__type: string, message: string): Answer => ({
  status: 400,
  body: JSON.stringify({ __type, message }),
});

/** Read and write units of a call. */
export type Units = NonNullable<Answer['units']>;

export const NO_UNITS: Units = { read: 0, write: 0 };
