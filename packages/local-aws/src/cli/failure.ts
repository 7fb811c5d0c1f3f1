import { explainedWrite } from '../storage/failure.ts';

/** Errors whose message says all that the user needs: no stack trace is shown for them. */
const PLAIN = new Set(['DataDirInUse', 'StartFailure', 'TemplateError', 'StoreFailure', 'ServiceEnded']);

/** What a user should read about an error: its message if that says what to do, otherwise with its stack trace. */
export function messageForUser(error: unknown): string {
  const reason = explainedWrite(error);
  if (!(reason instanceof Error)) return String(reason);
  return PLAIN.has(reason.name) ? reason.message : (reason.stack ?? reason.message);
}

/**
 * Resolves with the first error that nothing has caught, such as that of a commit for which the disk has no space. Later ones, which
 * follow from the first, are dropped while the stack stops.
 */
export function uncaughtError(program: Pick<NodeJS.Process, 'on'> = process): Promise<unknown> {
  return new Promise((resolve) => {
    program.on('uncaughtException', resolve);
  });
}
