import { z } from 'zod';
import { AwsError } from '../gateway/errors.ts';
import { jsonResponse } from '../gateway/protocols.ts';
import type { AwsRequest, ServiceHandler } from '../gateway/types.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../identity.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { busName, DELIVERABLE, type Rule } from './definitions.ts';
import type { EventBus } from './delivery/event-bus.ts';
import { compilePattern } from './matching/pattern.ts';
import { PatternError } from './matching/value-matchers.ts';
import type { RuleStore } from './state/rule-store.ts';

const entrySchema = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  Time: z.union([z.number(), z.string()]).optional(),
});
const putEventsSchema = z.object({ Entries: z.array(entrySchema).min(1).max(10) });
type Entry = z.infer<typeof entrySchema>;

const ruleSchema = z.object({
  Name: z.string().regex(/^[\w.-]{1,64}$/),
  EventBusName: z.string().optional(),
  EventPattern: z.string().optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
});
const targetsSchema = z.object({
  Rule: z.string(),
  EventBusName: z.string().optional(),
  Targets: z.array(z.looseObject({ Id: z.string().min(1), Arn: z.string().regex(DELIVERABLE) })).min(1),
});
const removalSchema = z.object({
  Rule: z.string(),
  EventBusName: z.string().optional(),
  Ids: z.array(z.string()).min(1),
});

export interface EventsOptions {
  readonly bus: EventBus;
  readonly rules: RuleStore;
}

type Operation = (options: EventsOptions, body: Json) => unknown;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['PutEvents', putEvents],
  ['ListEventBuses', ({ rules }) => ({ EventBuses: rules.buses.map((Name) => ({ Name, Arn: busArn(Name) })) })],
  ['DescribeEventBus', describeBus],
  ['ListRules', listRules],
  ['DescribeRule', ({ rules }, body) => describe(rules.find(...ruleIn(body, 'Name')))],
  [
    'ListTargetsByRule',
    ({ rules }, body) => ({ Targets: rules.find(...ruleIn(body, 'Rule')).targets.map(({ settings }) => settings) }),
  ],
  ['PutRule', putRule],
  ['DeleteRule', ({ rules }, body) => rules.delete(...ruleIn(body, 'Name'))],
  ['PutTargets', putTargets],
  ['RemoveTargets', removeTargets],
  [
    'TestEventPattern',
    (_options, body) => ({ Result: compiled(parsed(member(body, 'EventPattern')))(parsed(member(body, 'Event'))) }),
  ],
]);

/** EventBridge: events in; the template's rules to read; rules of a client's own, by pattern, to make. */
export const eventBridge =
  (options: EventsOptions): ServiceHandler =>
  async (request) => {
    const operation = OPERATIONS.get(request.operation);
    if (!operation) {
      throw new AwsError('UnknownOperationException', `${request.operation} is not part of this local EventBridge`);
    }
    return jsonResponse(request, await operation(options, readJson(request)));
  };

async function putEvents({ bus, rules: { buses } }: EventsOptions, body: Json): Promise<unknown> {
  const Entries = checked(putEventsSchema, body).Entries.map((entry) => put(bus, buses, entry));
  await bus.settled();
  return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
}

function describeBus({ rules: { buses } }: EventsOptions, body: Json): unknown {
  const Name = busName(member(body, 'Name'));
  if (!buses.includes(Name)) throw notFound(`Event bus ${Name} does not exist.`);
  return { Name, Arn: busArn(Name) };
}

function listRules({ rules }: EventsOptions, body: Json): unknown {
  const wanted = busName(member(body, 'EventBusName'));
  return { Rules: rules.all.filter(({ bus, origin }) => bus === wanted && origin === 'aws.events').map(describe) };
}

function putRule({ rules }: EventsOptions, body: Json): unknown {
  const { Name, EventBusName, EventPattern, ScheduleExpression, State } = checked(ruleSchema, body);
  if (ScheduleExpression !== undefined) throw invalid('Schedules come from the template on this machine.');
  if (EventPattern === undefined) throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  const pattern = parsed(EventPattern);
  const { arn } = rules.put({ name: Name, bus: busName(EventBusName), pattern, enabled: State === 'ENABLED' });
  return { RuleArn: arn };
}

function putTargets({ rules }: EventsOptions, body: Json): unknown {
  const { Rule, EventBusName, Targets } = checked(targetsSchema, body);
  rules.putTargets(Rule, busName(EventBusName), Targets as JsonObject[]);
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function removeTargets({ rules }: EventsOptions, body: Json): unknown {
  const { Rule, EventBusName, Ids } = checked(removalSchema, body);
  rules.removeTargets(Rule, busName(EventBusName), Ids);
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function put(bus: EventBus, buses: readonly string[], entry: Entry): Record<string, string> {
  const { Source, DetailType, Detail, EventBusName, Resources, Time } = entry;
  if (!Source) return refused('Parameter Source is not valid. Reason: Source is a required argument.');
  if (!DetailType) return refused('Parameter DetailType is not valid. Reason: DetailType is a required argument.');
  if (!Detail) return refused('Parameter Detail is not valid. Reason: Detail is a required argument.');
  let detail: Json;
  try {
    detail = JSON.parse(Detail) as Json;
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  if (!isObject(detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const name = busName(EventBusName);
  const time = typeof Time === 'number' ? Time * 1000 : Time === undefined ? undefined : Date.parse(Time);
  // An event for a bus that is not there is accepted and goes nowhere, as on AWS.
  const EventId = bus.publish({
    bus: buses.includes(name) ? name : '',
    source: Source,
    detailType: DetailType,
    detail,
    ...(Resources ? { resources: Resources } : {}),
    ...(time === undefined ? {} : { time }),
  });
  return { EventId };
}

function readJson(request: AwsRequest): Json {
  try {
    return JSON.parse(request.body.toString() || '{}') as Json;
  } catch {
    throw new AwsError('SerializationException', 'The request is not valid JSON');
  }
}

function parsed(text: Json | undefined): Json {
  try {
    return JSON.parse(String(text)) as Json;
  } catch {
    throw invalid('Event pattern and event are JSON');
  }
}

function compiled(pattern: Json) {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof PatternError) throw new AwsError(error.name, error.message);
    throw error;
  }
}

function checked<T>(schema: z.ZodType<T>, body: Json): T {
  const request = schema.safeParse(body);
  if (!request.success) throw invalid(z.prettifyError(request.error));
  return request.data;
}

/** The rule that a call names, and its bus. */
const ruleIn = (body: Json, name: 'Name' | 'Rule'): [name: string, bus: string] => [
  String(member(body, name)),
  busName(member(body, 'EventBusName')),
];

const describe = ({ name, arn, bus, pattern, expression, enabled }: Rule) => ({
  Name: name,
  Arn: arn,
  EventBusName: bus,
  State: enabled ? 'ENABLED' : 'DISABLED',
  ...(pattern === undefined ? {} : { EventPattern: JSON.stringify(pattern) }),
  ...(expression === undefined ? {} : { ScheduleExpression: expression }),
});

const member = (body: Json, name: string): Json | undefined => (isObject(body) ? body[name] : undefined);
const busArn = (name: string) => `arn:aws:events:${LOCAL_REGION}:${LOCAL_ACCOUNT}:event-bus/${name}`;
const refused = (ErrorMessage: string) => ({ ErrorCode: 'InvalidArgument', ErrorMessage });
const invalid = (message: string) => new AwsError('ValidationException', message);
const notFound = (message: string) => new AwsError('ResourceNotFoundException', message);
