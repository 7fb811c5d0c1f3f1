import { AwsError } from '../gateway/errors.ts';
import { jsonResponse } from '../gateway/protocols.ts';
import type { AwsRequest, ServiceHandler } from '../gateway/types.ts';
import type { Maxima } from '../limits/limits.ts';
import { OPERATIONS, type Request, requestSchema } from './operations.ts';
import type { Secrets } from './state.ts';

/** The API of Secrets Manager, in AWS JSON 1.1. */
export const secretsApi =
  (secrets: Secrets, max: Maxima): ServiceHandler =>
  async (request) => {
    const operation = OPERATIONS[request.operation];
    if (!operation) {
      throw new AwsError('UnknownOperationException', `${request.operation} is not part of this local Secrets Manager`);
    }
    return jsonResponse(request, operation(secrets, read(request), max));
  };

function read(request: AwsRequest): Request {
  try {
    return requestSchema.parse(JSON.parse(request.body.toString() || '{}'));
  } catch {
    throw new AwsError('InvalidRequestException', 'The request is not valid');
  }
}
