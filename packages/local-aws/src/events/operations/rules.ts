import { z } from 'zod';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import type { Json, JsonObject } from '../../json.ts';
import { busName, DELIVERABLE, type Rule } from '../definitions.ts';
import { checked, compiled, type EventsDeps, invalid, member, notFound, parsed, ruleIn } from './requests.ts';

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

const NO_FAILURES = { FailedEntryCount: 0, FailedEntries: [] };

const busArn = (name: string) => `arn:aws:events:${LOCAL_REGION}:${LOCAL_ACCOUNT}:event-bus/${name}`;

export const listEventBuses = ({ rules }: EventsDeps): unknown => ({
  EventBuses: rules.buses.map((Name) => ({ Name, Arn: busArn(Name) })),
});

export function describeEventBus({ rules: { buses } }: EventsDeps, body: Json): unknown {
  const Name = busName(member(body, 'Name'));
  if (!buses.includes(Name)) throw notFound(`Event bus ${Name} does not exist.`);
  return { Name, Arn: busArn(Name) };
}

export function listRules({ rules }: EventsDeps, body: Json): unknown {
  const wanted = busName(member(body, 'EventBusName'));
  return { Rules: rules.all.filter(({ bus, origin }) => bus === wanted && origin === 'aws.events').map(described) };
}

export const describeRule = ({ rules }: EventsDeps, body: Json): unknown =>
  described(rules.find(...ruleIn(body, 'Name')));

export const listTargetsByRule = ({ rules }: EventsDeps, body: Json): unknown => ({
  Targets: rules.find(...ruleIn(body, 'Rule')).targets.map(({ settings }) => settings),
});

export function putRule({ rules }: EventsDeps, body: Json): unknown {
  const { Name, EventBusName, EventPattern, ScheduleExpression, State } = checked(ruleSchema, body);
  if (ScheduleExpression !== undefined) throw invalid('Schedules can only be defined in the template here.');
  if (EventPattern === undefined) throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  const pattern = parsed(EventPattern);
  const { arn } = rules.put({ name: Name, bus: busName(EventBusName), pattern, enabled: State === 'ENABLED' });
  return { RuleArn: arn };
}

export function deleteRule({ rules }: EventsDeps, body: Json): unknown {
  return rules.delete(...ruleIn(body, 'Name'));
}

export function putTargets({ rules }: EventsDeps, body: Json): unknown {
  const { Rule, EventBusName, Targets } = checked(targetsSchema, body);
  rules.putTargets(Rule, busName(EventBusName), Targets as JsonObject[]);
  return NO_FAILURES;
}

export function removeTargets({ rules }: EventsDeps, body: Json): unknown {
  const { Rule, EventBusName, Ids } = checked(removalSchema, body);
  rules.removeTargets(Rule, busName(EventBusName), Ids);
  return NO_FAILURES;
}

export function testEventPattern(_deps: EventsDeps, body: Json): unknown {
  const matches = compiled(parsed(member(body, 'EventPattern')));
  return { Result: matches(parsed(member(body, 'Event'))) };
}

const described = ({ name, arn, bus, pattern, expression, enabled }: Rule) => ({
  Name: name,
  Arn: arn,
  EventBusName: bus,
  State: enabled ? 'ENABLED' : 'DISABLED',
  ...(pattern === undefined ? {} : { EventPattern: JSON.stringify(pattern) }),
  ...(expression === undefined ? {} : { ScheduleExpression: expression }),
});
