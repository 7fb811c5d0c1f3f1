import { AwsError } from './errors.ts';
import type { ServiceHandler } from './types.ts';

/** The chain's end: the service that the request is for. */
export const route =
  (services: ReadonlyMap<string, ServiceHandler>): ServiceHandler =>
  (request) => {
    const service = services.get(request.service);
    if (service) return service(request);
    throw new AwsError(
      'UnknownOperationException',
      `The service ${request.service} is not part of this local AWS (it has ${[...services.keys()].join(', ')})`,
      501,
    );
  };
