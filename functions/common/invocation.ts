import type { Context } from 'aws-lambda';
import { logger, metrics } from './telemetry.ts';

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

/** Loaded only when tracing is on: the X-Ray SDK hooks every promise of the process, which takes much of a worker's time. */
const tracer =
  process.env.POWERTOOLS_TRACE_ENABLED === 'false'
    ? undefined
    : new (await import('@aws-lambda-powertools/tracer')).Tracer();

/** Runs the work in a subsegment of the function's trace, or directly when tracing is off. */
async function traced<T>(work: () => Promise<T>): Promise<T> {
  if (!tracer?.isTracingEnabled()) return work();
  const parent = tracer.getSegment();
  const own = parent?.addNewSubsegment('## handler');
  if (!parent || !own) return work();
  tracer.setSegment(own);
  tracer.annotateColdStart();
  tracer.addServiceNameAnnotation();
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error) tracer.addErrorAsMetadata(error);
    throw error;
  } finally {
    own.close();
    tracer.setSegment(parent);
  }
}
