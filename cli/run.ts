import { messageForUser } from 'local-aws';
import { PregonError } from '../core/errors.ts';
import { UsageError } from './arguments.ts';
import { ApiProblem } from './client.ts';

/** Runs a command and sets the exit status: its result, 2 for an invalid command line, 1 for any other error. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    console.error(describe(error));
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UsageError || error instanceof ApiProblem || error instanceof PregonError) return error.message;
  if (error.message === 'fetch failed') {
    const cause = error.cause instanceof Error ? error.cause.message : 'no answer';
    return `The API does not answer (${cause}). Is the stack running?`;
  }
  return messageForUser(error);
}
