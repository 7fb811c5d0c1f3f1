import { AwsError } from '../gateway/errors.ts';
import type { AwsRequest, Step } from '../gateway/types.ts';
import type { Faults } from './faults.ts';

type FaultyService = keyof Faults['current']['services'];

/** The 5xx error of each service. SDKs retry all of them. */
const FAILURES: Readonly<Record<FaultyService, { code: string; status: number }>> = {
  dynamodb: { code: 'InternalServerError', status: 500 },
  sqs: { code: 'ServiceUnavailable', status: 503 },
  s3: { code: 'SlowDown', status: 503 },
  states: { code: 'ServiceUnavailable', status: 503 },
  lambda: { code: 'ServiceException', status: 500 },
  events: { code: 'InternalException', status: 500 },
};

export interface Chance {
  /** Evenly distributed from 0 to below 1. */
  random(): number;
  sleep(ms: number): Promise<void>;
}

/** Delays calls of a service or makes them fail before they have any effect. */
export const injectFaults =
  (faults: Faults, { random, sleep }: Chance): Step =>
  async (request, next) => {
    const service = faultyService(request);
    if (service === undefined) return next(request);
    const { errorRate, latencyMs } = faults.current.services[service];
    if (latencyMs > 0) await sleep(latencyMs);
    if (errorRate > 0 && random() < errorRate) {
      const { code, status } = FAILURES[service];
      throw new AwsError(code, 'An injected fault', status);
    }
    return next(request);
  };

function faultyService({ service }: AwsRequest): FaultyService | undefined {
  return Object.hasOwn(FAILURES, service) ? (service as FaultyService) : undefined;
}
