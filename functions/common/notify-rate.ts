import { z } from 'zod';
import { type WindowLimit, windowSpacingOf } from '../../core/limiter/spacing.ts';

/** What the external notification provider takes: so many calls in any so many seconds. */
export const notifyRateEnv = z.object({
  NOTIFY_LIMIT: z.coerce.number().int().positive(),
  NOTIFY_WINDOW_SECONDS: z.coerce.number().positive(),
});

/**
 * Slots lie two tenths of a second apart, so one that is missed costs as much as ten of SES: better to allow for a late call, which
 * costs one percent of the rate.
 */
const JITTER_MS = 100;

export function notifyRate(env: z.output<typeof notifyRateEnv>): { window: WindowLimit; spacingMs: number } {
  const window = { max: env.NOTIFY_LIMIT, ms: env.NOTIFY_WINDOW_SECONDS * 1000, jitterMs: JITTER_MS };
  return { window, spacingMs: windowSpacingOf(window) };
}
