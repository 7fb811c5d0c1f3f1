import { AwsError } from '../gateway/errors.ts';
import type { Step } from '../gateway/types.ts';
import type { Meter } from './meter.ts';

/** The status that the meter counts. Some services answer a throttled call with 400. */
function statusOf(error: unknown): number {
  if (!(error instanceof AwsError)) return 500;
  return error.code === 'ThrottlingException' ? 429 : error.status;
}

/** Counts every call, refused ones included. */
export const metering =
  (meter: Meter): Step =>
  async (request, next) => {
    try {
      const response = await next(request);
      meter.call(request, response);
      return response;
    } catch (error) {
      meter.call(request, { status: statusOf(error) });
      throw error;
    }
  };
