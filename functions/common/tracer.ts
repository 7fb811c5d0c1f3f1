import type { Tracer } from '@aws-lambda-powertools/tracer';

/** Loaded only when tracing is on: the X-Ray SDK hooks every promise of the process, which takes much of a worker's time. */
const tracer = process.env.POWERTOOLS_TRACE_ENABLED === 'false' ? undefined : await load();

async function load(): Promise<Tracer> {
  const { Tracer } = await import('@aws-lambda-powertools/tracer');
  return new Tracer();
}

/** Runs the work in a subsegment of the function's trace, or directly when tracing is off. */
export async function traced<T>(work: () => Promise<T>): Promise<T> {
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
