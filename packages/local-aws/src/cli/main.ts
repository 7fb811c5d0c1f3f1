import { once } from 'node:events';
import { startLocalAws } from '../local-aws.ts';
import { keepTimeSteady } from '../steady-time.ts';
import { addressesOf } from './addresses.ts';
import { HELP, readArguments, UsageError } from './arguments.ts';
import { messageForUser, uncaughtError } from './failure.ts';
import { interruptSignal } from './interrupt.ts';

/** A stack that hangs while it stops is ended after this time; its state is durable at any moment. */
const STOP_LIMIT_MS = 8000;

/** Runs the stack until SIGINT, SIGTERM or a failure that it cannot survive. */
async function up(args: readonly string[]): Promise<void> {
  const settings = readArguments(args);
  if (!settings) {
    console.log(HELP);
    return;
  }
  const signal = interruptSignal();
  const uncaught = uncaughtError();
  const failedStart = uncaught.then((reason) => {
    throw reason;
  });
  const starting = startLocalAws({ ...settings, onNotice: (text) => console.error(text) });
  const aws = await Promise.race([starting, failedStart]);
  if (!signal.aborted) {
    console.log(addressesOf(aws));
    const reason = await Promise.race([once(signal, 'abort').then(() => undefined), aws.failed, uncaught]);
    if (reason !== undefined) fail(reason);
  }
  endWithin(STOP_LIMIT_MS);
  await aws.stop();
}

function fail(error: unknown): void {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  console.error(error instanceof UsageError ? error.message : messageForUser(error));
}

/** Ends a process that something keeps alive. */
function endWithin(ms: number): void {
  setTimeout(() => process.exit(), ms).unref();
}

keepTimeSteady();
try {
  await up(process.argv.slice(2));
} catch (error) {
  fail(error);
  endWithin(STOP_LIMIT_MS);
}
