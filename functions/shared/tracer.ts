import { Tracer } from '@aws-lambda-powertools/tracer';

const tracer = new Tracer();

/** Runs the work in a subsegment of the function's trace; without tracing it just runs. */
export async function traced<T>(work: () => Promise<T>): Promise<T> {
  if (!tracer.isTracingEnabled()) return work();
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
