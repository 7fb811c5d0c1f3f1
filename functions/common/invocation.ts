import type { Context } from 'aws-lambda';
import { logger } from './logger.ts';
import { metrics } from './telemetry.ts';
import { traced } from './tracer.ts';

/** Runs each invocation with its request id in the logs, in a trace of its own, and its metrics written when it ends. */
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
      // Publishing nothing would log a warning at every call.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };
}
