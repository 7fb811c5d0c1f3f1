import { interruptSignal, keepTimeSteady, messageForUser, uncaughtError } from 'local-aws';
import { type RunningStack, startStack } from '../dev/stack.ts';
import { dropOperatorRate } from './operator-rate.ts';
import type { Screen } from './screen.ts';
import type { StackSettings } from './stack-options.ts';

/** Builds what has changed before a stack starts. */
export type Prepare = (say: (text: string) => void) => Promise<void>;

export interface BootedStack {
  stack: RunningStack;
  /** Aborted by SIGINT or SIGTERM, and when the stack cannot go on. */
  signal: AbortSignal;
  /** Resolves when the signal is aborted. */
  interrupted: Promise<void>;
  /** Whether the stack could not go on. The reason has been shown. */
  hasFailed(): boolean;
  stop(): Promise<void>;
}

/** The process exits after this time when the stack does not stop. No state is lost, because every write is durable. */
const STOP_LIMIT_MS = 8000;

/**
 * Builds and boots the stack, and handles SIGINT, SIGTERM and failures that the stack cannot survive. Returns undefined when a signal
 * arrived before it was ready.
 */
export async function bootStack(
  settings: StackSettings,
  screen: Screen,
  prepare: Prepare,
): Promise<BootedStack | undefined> {
  keepTimeSteady();
  const failure = new AbortController();
  const signal = AbortSignal.any([interruptSignal(), failure.signal]);
  const interrupted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

  await prepare((text) => screen.print(text));
  if (signal.aborted) return undefined;
  const started = performance.now();
  const uncaught = uncaughtError();
  const stack = await boot(settings, screen, uncaught);
  const stop = async () => {
    screen.clear();
    endWithin(STOP_LIMIT_MS);
    await stack.stop().catch((error: unknown) => {
      // What follows from a failure that was shown is not shown.
      if (!failure.signal.aborted) throw error;
    });
  };
  void Promise.race([stack.failed, uncaught]).then((reason) => {
    screen.clear();
    console.error(messageForUser(reason));
    process.exitCode = 1;
    failure.abort();
  });
  if (signal.aborted) {
    await stop();
    return undefined;
  }
  screen.print(`Ready in ${((performance.now() - started) / 1000).toFixed(1)} s: ${stack.outputs.apiUrl}`);
  return { stack, signal, interrupted, hasFailed: () => failure.signal.aborted, stop };
}

async function boot(settings: StackSettings, screen: Screen, uncaught: Promise<unknown>): Promise<RunningStack> {
  const failed = uncaught.then((reason) => {
    throw reason;
  });
  try {
    const options = {
      ...settings,
      onNotice: (text: string) => screen.print(text),
      ...(settings.dropsOperatorRate && { beforeReady: dropOperatorRate }),
    };
    return await Promise.race([startStack(options), failed]);
  } catch (error) {
    endWithin(STOP_LIMIT_MS);
    throw error;
  }
}

/** Ends a process that something keeps alive. */
function endWithin(ms: number): void {
  setTimeout(() => process.exit(), ms).unref();
}
