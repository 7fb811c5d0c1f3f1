import { isObject, type Json, type JsonObject } from '../json.ts';
import { TemplateError } from '../template/errors.ts';
import { type Condition, conditionsOf } from './conditions.ts';
import { arnPattern, type Context, hasVariables, wildcard, withVariables } from './patterns.ts';

/** A list of patterns, or with `isNegated` everything else: Action and NotAction, Resource and NotResource. */
export interface PatternList {
  readonly patterns: readonly string[];
  readonly isNegated: boolean;
  /** One for each pattern. */
  readonly matchers: readonly PolicyMatcher[];
  readonly matches: PolicyMatcher;
}

/** The context gives the values of policy variables. */
export type PolicyMatcher = (text: string, context: () => Context) => boolean;

export interface Principals {
  /** `*`, or a list by type: AWS, Service. */
  readonly byType: Readonly<Record<string, readonly string[]>>;
  readonly isNegated: boolean;
}

export interface Statement {
  /** Where it is in the template, such as `WorkerRole.own[2]`. */
  readonly id: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: PatternList;
  readonly resources: PatternList;
  readonly conditions: readonly Condition[];
  /** Only in a policy of a resource. */
  readonly principals?: Principals;
  /** The keys of its conditions that have no value here. An Allow grants nothing then, and a Deny always denies. */
  readonly unknownKeys: readonly string[];
  /** Whether its effect depends on nothing but caller, action and resource. */
  readonly isStatic: boolean;
}

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
  'Principal',
  'NotPrincipal',
]);

/** Which condition keys have a value here, and which of them are the same in every call of a caller. */
export interface KeyRules {
  isKnown(key: string): boolean;
  isStatic(key: string): boolean;
}

/** The statements of a policy document. Throws TemplateError for what AWS refuses as malformed. */
export function statementsOf(document: Json | undefined, name: string, keys: KeyRules): Statement[] {
  if (!isObject(document)) throw new TemplateError(`${name}: the policy is not an object`);
  return [document.Statement ?? []].flat().map((statement, index) => {
    const id = `${name}[${index}]`;
    if (!isObject(statement)) throw new TemplateError(`${id}: the statement is not an object`);
    return statementOf(statement, id, keys);
  });
}

function statementOf(statement: JsonObject, id: string, keys: KeyRules): Statement {
  const unknown = Object.keys(statement).find((element) => !ELEMENTS.has(element));
  if (unknown !== undefined) throw new TemplateError(`${id}: the element ${unknown} of a policy is not known`);
  const { Effect } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new TemplateError(`${id}: Effect must be Allow or Deny`);
  const conditions = conditionsOf(statement.Condition, id);
  const actions = patternList(statement, 'Action', id, (pattern) => wildcard(pattern, 'i'));
  const principals = principalsOf(statement, id);
  const resources = patternList(withResource(statement, principals !== undefined), 'Resource', id, arnPattern);
  const isVariable = [...resources.patterns, ...actions.patterns].some(hasVariables);
  return {
    id,
    effect: Effect,
    actions,
    resources,
    conditions,
    ...(principals && { principals }),
    unknownKeys: conditions.map(({ key }) => key).filter((key) => !keys.isKnown(key)),
    isStatic: !isVariable && conditions.every(({ key }) => keys.isStatic(key)),
  };
}

/**
 * The trust policy of a role has no Resource: it is the role. Elsewhere Resource is missing only if it names what is not emulated, and then
 * the statement speaks of nothing.
 */
function withResource(statement: JsonObject, hasPrincipals: boolean): JsonObject {
  if (statement.Resource !== undefined || statement.NotResource !== undefined) return statement;
  return { ...statement, Resource: hasPrincipals ? '*' : [] };
}

function patternList(
  statement: JsonObject,
  element: 'Action' | 'Resource',
  id: string,
  compile: (pattern: string) => (text: string) => boolean,
): PatternList {
  const negated = statement[`Not${element}`];
  const given = negated ?? statement[element];
  if (given === undefined) throw new TemplateError(`${id}: ${element} is missing`);
  const patterns = [given].flat().map(String);
  const matchers = patterns.map((pattern): PolicyMatcher => {
    if (!hasVariables(pattern)) return compile(pattern);
    return (text, context) => {
      const filled = withVariables(pattern, context());
      return filled !== undefined && compile(filled)(text);
    };
  });
  const isNegated = negated !== undefined;
  return {
    patterns,
    isNegated,
    matchers,
    matches: (text, context) => matchers.some((matcher) => matcher(text, context)) !== isNegated,
  };
}

function principalsOf(statement: JsonObject, id: string): Principals | undefined {
  const { Principal, NotPrincipal } = statement;
  const given = NotPrincipal ?? Principal;
  if (given === undefined) return undefined;
  const isNegated = NotPrincipal !== undefined;
  if (given === '*') return { byType: { AWS: ['*'], Service: ['*'] }, isNegated };
  if (!isObject(given)) throw new TemplateError(`${id}: Principal must be * or an object`);
  const byType = Object.fromEntries(Object.entries(given).map(([type, value]) => [type, [value].flat().map(String)]));
  return { byType, isNegated };
}
