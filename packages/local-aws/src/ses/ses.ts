import { AwsError } from '../gateway/errors.ts';
import { jsonResponse } from '../gateway/protocols.ts';
import type { AwsRequest, ServiceHandler } from '../gateway/types.ts';
import { AWS_LIMITS, type Maxima } from '../limits/limits.ts';
import { getAccount, getEmailIdentity, type SesDeps, sendEmail } from './operations.ts';
import { SendWindow } from './state/send-window.ts';

type Operation = (deps: SesDeps, request: AwsRequest) => unknown;

/** The operations of SES v2 by their names in the API. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['SendEmail', sendEmail],
  ['GetAccount', getAccount],
  ['GetEmailIdentity', getEmailIdentity],
]);

/** Without a template there are no configuration sets. */
const NO_EVENTS: SesDeps['events'] = { has: () => false, publish: async () => undefined };

/**
 * SES v2: enforces the sending rate and the daily quota, and passes accepted messages to the outbox. `protocol/` reads requests,
 * `operations.ts` has a function for each operation, `state/` keeps the outbox and the messages of the last second, `events/` publishes
 * what becomes of messages; `definitions.ts` holds the configuration sets that the template asks for.
 */
export function ses(
  options: Omit<SesDeps, 'window' | 'max' | 'events'> & { max?: Maxima; events?: SesDeps['events'] },
): ServiceHandler {
  const { max = AWS_LIMITS.max, events = NO_EVENTS } = options;
  const deps = { ...options, max, events, window: new SendWindow() };
  return async (request) => {
    const operation = OPERATIONS.get(request.operation);
    if (operation) return jsonResponse(request, await operation(deps, request));
    throw new AwsError('UnknownOperationException', `${request.operation} is not part of this local SES`, 501);
  };
}
