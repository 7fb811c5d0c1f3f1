import { AwsError } from '../gateway/errors.ts';
import { jsonResponse } from '../gateway/protocols.ts';
import type { AwsRequest, ServiceHandler } from '../gateway/types.ts';
import type { Json } from '../json.ts';
import { putEvents } from './operations/put-events.ts';
import type { EventsDeps } from './operations/requests.ts';
import {
  deleteRule,
  describeEventBus,
  describeRule,
  listEventBuses,
  listRules,
  listTargetsByRule,
  putRule,
  putTargets,
  removeTargets,
  testEventPattern,
} from './operations/rules.ts';

type Operation = (deps: EventsDeps, body: Json) => unknown;

/** The operations of EventBridge by their names in the API. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['PutEvents', putEvents],
  ['ListEventBuses', listEventBuses],
  ['DescribeEventBus', describeEventBus],
  ['ListRules', listRules],
  ['DescribeRule', describeRule],
  ['ListTargetsByRule', listTargetsByRule],
  ['PutRule', putRule],
  ['DeleteRule', deleteRule],
  ['PutTargets', putTargets],
  ['RemoveTargets', removeTargets],
  ['TestEventPattern', testEventPattern],
]);

/** The API of EventBridge, in AWS JSON 1.1. */
export const eventsApi =
  (deps: EventsDeps): ServiceHandler =>
  async (request) => {
    const operation = OPERATIONS.get(request.operation);
    if (!operation) {
      throw new AwsError('UnknownOperationException', `${request.operation} is not part of this local EventBridge`);
    }
    return jsonResponse(request, await operation(deps, readJson(request)));
  };

function readJson(request: AwsRequest): Json {
  try {
    return JSON.parse(request.body.toString() || '{}') as Json;
  } catch {
    throw new AwsError('SerializationException', 'The request is not valid JSON');
  }
}
