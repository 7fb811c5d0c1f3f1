import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Template, TemplateResource } from '../template/template.ts';
import { compilePattern, type Matcher } from './matching/pattern.ts';
import { parseSchedule, type Schedule, ScheduleError } from './matching/schedule.ts';
import { PatternError } from './matching/value-matchers.ts';

export const DEFAULT_BUS = 'default';
/** The targets that are supported: functions, queues and state machines. */
export const DELIVERABLE = /^arn:aws:(lambda|sqs|states):/;

/** A target of a rule or a schedule. */
export interface Target {
  readonly id: string;
  readonly arn: string;
  /** The target's properties in the template, such as its input and its retry policy. */
  readonly settings: JsonObject;
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly bus: string;
  readonly pattern?: Json;
  readonly matches?: Matcher;
  readonly expression?: string;
  readonly schedule?: Schedule;
  readonly enabled: boolean;
  readonly targets: readonly Target[];
  /** The source of the events of a schedule. */
  readonly origin: 'aws.events' | 'aws.scheduler';
}

/** The rules and schedules of a template, compiled. Those that are not supported are reported to the template. */
export function rulesOf(template: Template): Rule[] {
  const compiled = (type: string, compile: (resource: TemplateResource) => Rule) =>
    template.ofType(type).flatMap((resource) => {
      try {
        const rule = compile(resource);
        const targets = rule.targets.filter(({ arn }) => DELIVERABLE.test(arn));
        for (const target of rule.targets.filter(({ arn }) => !DELIVERABLE.test(arn))) {
          template.notSupported(resource, `the target ${target.arn} is not emulated`);
        }
        return [{ ...rule, targets }];
      } catch (error) {
        if (!(error instanceof ScheduleError || error instanceof PatternError)) throw error;
        template.leaveOut(resource, error.message);
        return [];
      }
    });
  return [...compiled('AWS::Events::Rule', ruleOf), ...compiled('AWS::Scheduler::Schedule', scheduleOf)];
}

/** The names of the event buses. */
export function busesOf(template: Template): string[] {
  return [DEFAULT_BUS, ...template.ofType('AWS::Events::EventBus').map(({ physicalId }) => physicalId)];
}

function ruleOf({ physicalId, arn = '', properties }: TemplateResource): Rule {
  const { EventBusName, EventPattern, ScheduleExpression, State, Targets } = properties;
  const targets = (Array.isArray(Targets) ? Targets : []).filter(isObject);
  return {
    name: physicalId,
    arn,
    bus: busName(EventBusName),
    enabled: State !== 'DISABLED',
    origin: 'aws.events',
    targets: targets.map((target) => ({ id: String(target.Id), arn: String(target.Arn), settings: target })),
    ...(EventPattern === undefined ? {} : { pattern: EventPattern, matches: compilePattern(EventPattern) }),
    ...(typeof ScheduleExpression === 'string'
      ? { expression: ScheduleExpression, schedule: parseSchedule(ScheduleExpression) }
      : {}),
  };
}

function scheduleOf({ physicalId, arn = '', properties }: TemplateResource): Rule {
  const expression = String(properties.ScheduleExpression);
  const target = isObject(properties.Target) ? properties.Target : {};
  const timezone = String(properties.ScheduleExpressionTimezone ?? 'UTC');
  if (!['UTC', 'Etc/UTC'].includes(timezone)) {
    throw new ScheduleError(`a schedule in ${timezone} is not emulated: schedules are in UTC`);
  }
  return {
    name: physicalId,
    arn,
    bus: DEFAULT_BUS,
    expression,
    schedule: parseSchedule(expression),
    enabled: properties.State !== 'DISABLED',
    origin: 'aws.scheduler',
    targets: [{ id: physicalId, arn: String(target.Arn), settings: target }],
  };
}

/** The name of a bus that is given by its name or its ARN. */
export const busName = (bus: Json | undefined): string =>
  typeof bus === 'string' && bus !== '' ? bus.slice(bus.lastIndexOf('/') + 1) : DEFAULT_BUS;
