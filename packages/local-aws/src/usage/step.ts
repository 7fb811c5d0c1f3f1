import { AwsError } from '../gateway/errors.ts';
import type { Step } from '../gateway/types.ts';
import type { Meter } from './meter.ts';

/** Counts every call, refused ones included. */
export const metering =
  (meter: Meter): Step =>
  async (request, next) => {
    try {
      const response = await next(request);
      meter.call(request, response);
      return response;
    } catch (error) {
      meter.call(request, { status: error instanceof AwsError ? error.status : 500 });
      throw error;
    }
  };
