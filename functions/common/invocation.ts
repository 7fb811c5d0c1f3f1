import type { Context } from 'aws-lambda';
import { logger } from './logger.ts';
import { metrics } from './telemetry.ts';
import { traced } from './tracer.ts';

/** Runs each invocation with its context in the logs and in a trace of its own, and writes its metrics at the end. */
export function invocation<Event, Answer>(
  handle: (event: Event, context: Context) => Promise<Answer>,
): (event: Event, context: Context) => Promise<Answer> {
  return async (event, context) => {
    logger.addContext(context);
    try {
      return await traced(() => handle(event, context));
    } catch (error) {
      logger.error('The invocation failed', { error });
      throw error;
    } finally {
      // Publishing without metrics logs a warning.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };
}
