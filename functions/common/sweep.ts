import { systemClock } from '../../core/clock.ts';
import { invocation } from './invocation.ts';
import { telemetry } from './telemetry.ts';

/** The last group of a sweep needs at most this long, even when every call is repeated. */
const SWEEP_MARGIN_MS = 20_000;

/** The handler of a scheduled sweep. `sweep` stops at the deadline (milliseconds since the epoch) and resolves to what it did. */
export const sweepHandler = <Swept extends Record<string, number>>(sweep: (deadline: number) => Promise<Swept>) =>
  invocation<unknown, Swept>(async (_event, context) => {
    const swept = await sweep(systemClock.now() + context.getRemainingTimeInMillis() - SWEEP_MARGIN_MS);
    if (Object.values(swept).some((count) => count > 0)) telemetry.info('Sweep finished', { ...swept });
    return swept;
  });
