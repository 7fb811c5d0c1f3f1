import type { JsonObject } from '../../json.ts';
import type { Engine } from '../engine.ts';
import { DATA_MEMBERS, detailsKey } from '../execution/events.ts';
import type { StoredEvent } from '../execution/execution.ts';
import { executionDoesNotExist, findExecution } from './lookup.ts';
import { pagePlace, pageSize, pageToken, requiredString, seconds } from './params.ts';

function withoutData(details: JsonObject): JsonObject {
  const kept = Object.entries(details).filter(([member]) => !DATA_MEMBERS.some((name) => name === member));
  return Object.fromEntries(kept);
}

function shown(id: number, [type, time, previousEventId, details]: StoredEvent, withData: boolean): JsonObject {
  return {
    timestamp: seconds(time),
    type,
    id,
    previousEventId,
    ...(details && { [detailsKey(type)]: withData ? details : withoutData(details) }),
  };
}

export function getExecutionHistory(engine: Engine, params: JsonObject): JsonObject {
  const arn = requiredString(params, 'executionArn');
  const { row } = findExecution(engine, arn);
  if (row.events > 0 && !engine.executions.event(row.id, 1)) throw executionDoesNotExist(arn);
  const limit = pageSize(params);
  const reverse = params.reverseOrder === true;
  const withData = params.includeExecutionData !== false;
  const scope = `${arn} ${reverse}`;
  const place = pagePlace(params, scope)?.map(Number)[0];
  // Event ids have no gaps, so a page is a range of ids.
  const first = reverse ? Math.max(1, (place ?? row.events) - limit + 1) : (place ?? 1);
  const last = reverse ? (place ?? row.events) : first + limit - 1;
  const found = engine.executions.history(row.id, first, last - first + 1).filter(({ id }) => id <= last);
  const events = found.map(({ id, event }) => shown(id, event, withData));
  const next = reverse ? first - 1 : last + 1;
  const isMore = reverse ? next >= 1 : next <= row.events;
  return { events: reverse ? events.reverse() : events, ...(isMore && { nextToken: pageToken(scope, [next]) }) };
}
