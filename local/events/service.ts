import { z } from 'zod';
import { AwsError } from '../gateway/errors.ts';
import { jsonResponse } from '../gateway/protocols.ts';
import type { AwsRequest, ServiceHandler } from '../gateway/types.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../identity.ts';
import { isObject, type Json } from '../template/json.ts';
import type { EventBus } from './event-bus.ts';
import { PatternError } from './leaf.ts';
import { compilePattern } from './pattern.ts';
import { busName, type Rule } from './rules.ts';

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

export interface EventsOptions {
  readonly bus: EventBus;
  readonly rules: readonly Rule[];
  readonly buses: readonly string[];
}

type Operation = (options: EventsOptions, body: Json) => unknown;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['PutEvents', putEvents],
  ['ListEventBuses', ({ buses }) => ({ EventBuses: buses.map((Name) => ({ Name, Arn: busArn(Name) })) })],
  ['DescribeEventBus', describeBus],
  ['ListRules', listRules],
  ['DescribeRule', ({ rules }, body) => describe(ruleNamed(rules, member(body, 'Name')))],
  [
    'ListTargetsByRule',
    ({ rules }, body) => ({ Targets: ruleNamed(rules, member(body, 'Rule')).targets.map(({ settings }) => settings) }),
  ],
  [
    'TestEventPattern',
    (_options, body) => ({ Result: compiled(parsed(member(body, 'EventPattern')))(parsed(member(body, 'Event'))) }),
  ],
]);

/** EventBridge: events in; the rules, which come from the template, to read. */
export const eventBridge =
  (options: EventsOptions): ServiceHandler =>
  async (request) => {
    const operation = OPERATIONS.get(request.operation);
    if (!operation) {
      throw new AwsError('UnknownOperationException', `${request.operation} is not part of this local EventBridge`);
    }
    return jsonResponse('events', await operation(options, readJson(request)), request.requestId);
  };

async function putEvents({ bus, buses }: EventsOptions, body: Json): Promise<unknown> {
  const request = putEventsSchema.safeParse(body);
  if (!request.success) throw invalid(z.prettifyError(request.error));
  const Entries = request.data.Entries.map((entry) => put(bus, buses, entry));
  await bus.settled();
  return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
}

function describeBus({ buses }: EventsOptions, body: Json): unknown {
  const Name = busName(member(body, 'Name'));
  if (!buses.includes(Name)) throw notFound(`Event bus ${Name} does not exist.`);
  return { Name, Arn: busArn(Name) };
}

function listRules({ rules }: EventsOptions, body: Json): unknown {
  const wanted = busName(member(body, 'EventBusName'));
  return { Rules: rules.filter(({ bus, origin }) => bus === wanted && origin === 'aws.events').map(describe) };
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

function ruleNamed(rules: readonly Rule[], name: Json | undefined): Rule {
  const rule = rules.find((known) => known.name === name);
  if (!rule) throw notFound(`Rule ${String(name)} does not exist on EventBus default.`);
  return rule;
}

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
