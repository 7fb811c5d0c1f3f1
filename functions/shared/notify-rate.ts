import { z } from 'zod';
import { type WindowLimit, windowSpacingOf } from '../../core/limiter/spacing.ts';

/** What the external notification provider takes: so many calls in any so many seconds. */
export const notifyRateEnv = z.object({
  NOTIFY_LIMIT: z.coerce.number().int().positive(),
  NOTIFY_WINDOW_SECONDS: z.coerce.number().positive(),
});

export function notifyRate(env: z.output<typeof notifyRateEnv>): { window: WindowLimit; spacingMs: number } {
  const window = { max: env.NOTIFY_LIMIT, ms: env.NOTIFY_WINDOW_SECONDS * 1000 };
  return { window, spacingMs: windowSpacingOf(window) };
}
