import { z } from 'zod';
import { type WindowLimit, windowSpacingOf } from '../../core/limiter/spacing.ts';

/** The limit of the external notification provider: NOTIFY_LIMIT calls in any NOTIFY_WINDOW_SECONDS. */
export const notifyRateEnv = z.object({
  NOTIFY_LIMIT: z.coerce.number().int().positive(),
  NOTIFY_WINDOW_SECONDS: z.coerce.number().positive(),
});

/** Slots are 0.2 s apart, so a missed one is expensive. Allowing calls to be this late costs one percent of the rate. */
const JITTER_MS = 100;

export function notifyRate(env: z.output<typeof notifyRateEnv>): { window: WindowLimit; spacingMs: number } {
  const window = { max: env.NOTIFY_LIMIT, ms: env.NOTIFY_WINDOW_SECONDS * 1000, jitterMs: JITTER_MS };
  return { window, spacingMs: windowSpacingOf(window) };
}
