import { type RunningStack, startStack } from '../dev/stack.ts';
import type { Screen } from './screen.ts';
import type { StackSettings } from './stack-options.ts';

/** Builds what is stale before a stack starts. */
export type Prepare = (say: (text: string) => void) => Promise<void>;

export interface BootedStack {
  stack: RunningStack;
  /** Aborted by SIGINT or SIGTERM. */
  signal: AbortSignal;
  /** Resolves then. */
  interrupted: Promise<void>;
  stop(): Promise<void>;
}

/** A stack that hangs while it stops is ended all the same; its state is durable at any moment. */
const STOP_LIMIT_MS = 8000;

/** Builds, boots, and catches the signals that end it. Undefined when one came before it was ready. */
export async function bootStack(
  settings: StackSettings,
  screen: Screen,
  prepare: Prepare,
): Promise<BootedStack | undefined> {
  const interruption = new AbortController();
  const interrupted = new Promise<void>((resolve) => {
    interruption.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const onSignal = () => {
    // Asked twice, it does not wait for a clean end.
    if (interruption.signal.aborted) process.exit(1);
    interruption.abort(new Error('interrupted'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  await prepare((text) => screen.print(text));
  if (interruption.signal.aborted) return undefined;
  const started = performance.now();
  const stack = await startStack({ ...settings, onNotice: (text) => screen.print(text) });
  const stop = async () => {
    screen.clear();
    setTimeout(() => process.exit(), STOP_LIMIT_MS).unref();
    await stack.stop();
  };
  if (interruption.signal.aborted) {
    await stop();
    return undefined;
  }
  screen.print(`Ready in ${((performance.now() - started) / 1000).toFixed(1)} s: ${stack.outputs.apiUrl}`);
  return { stack, signal: interruption.signal, interrupted, stop };
}
