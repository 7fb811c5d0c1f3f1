import type { Telemetry } from '../../../core/telemetry.ts';

/** Reports nothing. */
export const silent: Telemetry = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  count: () => undefined,
  duration: () => undefined,
  gauge: () => undefined,
};
