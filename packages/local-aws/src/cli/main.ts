import { once } from 'node:events';
import { startLocalAws } from '../local-aws.ts';
import { keepTimeSteady } from '../steady-time.ts';
import { addressesOf } from './addresses.ts';
import { HELP, readArguments, UsageError } from './arguments.ts';
import { interruptSignal } from './interrupt.ts';

/** A stack that hangs while it stops is ended after this time; its state is durable at any moment. */
const STOP_LIMIT_MS = 8000;
/** Errors whose message says all that the user needs: no stack trace is shown for them. */
const PLAIN = new Set(['UsageError', 'DataDirInUse', 'StartFailure', 'TemplateError']);

/** Runs the stack until SIGINT or SIGTERM. */
async function up(args: readonly string[]): Promise<void> {
  const settings = readArguments(args);
  if (!settings) {
    console.log(HELP);
    return;
  }
  const signal = interruptSignal();
  const aws = await startLocalAws({ ...settings, onNotice: (text) => console.error(text) });
  if (!signal.aborted) {
    console.log(addressesOf(aws));
    await once(signal, 'abort');
  }
  setTimeout(() => process.exit(), STOP_LIMIT_MS).unref();
  await aws.stop();
}

keepTimeSteady();
try {
  await up(process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  const isPlain = error instanceof Error && PLAIN.has(error.name);
  console.error(isPlain ? error.message : error);
}
