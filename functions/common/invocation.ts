import type { Context } from 'aws-lambda';
import { logger, metrics } from './telemetry.ts';

/**
 * Runs each invocation with its context in the logs, and writes its metrics at the end. Lambda's active tracing needs no code. The X-Ray SDK
 * would: it hooks every promise of the process, which takes much of a worker's time.
 */
export function invocation<Event, Answer>(
  handle: (event: Event, context: Context) => Promise<Answer>,
): (event: Event, context: Context) => Promise<Answer> {
  return async (event, context) => {
    logger.addContext(context);
    try {
      return await handle(event, context);
    } catch (error) {
      logger.error('The invocation failed', { error });
      throw error;
    } finally {
      // Publishing without metrics logs a warning.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };
}
