import { interruptSignal, keepTimeSteady } from 'local-aws';
import { type RunningStack, startStack } from '../dev/stack.ts';
import type { Screen } from './screen.ts';
import type { StackSettings } from './stack-options.ts';

/** Builds what has changed before a stack starts. */
export type Prepare = (say: (text: string) => void) => Promise<void>;

export interface BootedStack {
  stack: RunningStack;
  /** Aborted by SIGINT or SIGTERM. */
  signal: AbortSignal;
  /** Resolves when the signal is aborted. */
  interrupted: Promise<void>;
  stop(): Promise<void>;
}

/** The process exits after this time when the stack does not stop. No state is lost, because every write is durable. */
const STOP_LIMIT_MS = 8000;

/** Builds and boots the stack, and handles SIGINT and SIGTERM. Returns undefined when a signal arrived before it was ready. */
export async function bootStack(
  settings: StackSettings,
  screen: Screen,
  prepare: Prepare,
): Promise<BootedStack | undefined> {
  keepTimeSteady();
  const signal = interruptSignal();
  const interrupted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

  await prepare((text) => screen.print(text));
  if (signal.aborted) return undefined;
  const started = performance.now();
  const stack = await startStack({ ...settings, onNotice: (text) => screen.print(text) });
  const stop = async () => {
    screen.clear();
    setTimeout(() => process.exit(), STOP_LIMIT_MS).unref();
    await stack.stop();
  };
  if (signal.aborted) {
    await stop();
    return undefined;
  }
  screen.print(`Ready in ${((performance.now() - started) / 1000).toFixed(1)} s: ${stack.outputs.apiUrl}`);
  return { stack, signal, interrupted, stop };
}
