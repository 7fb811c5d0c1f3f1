import type { Principal } from '../../src/gateway/types.ts';
import { conditionsOf } from '../../src/iam/conditions.ts';
import type { Policies, RolePolicies } from '../../src/iam/definitions.ts';
import { Evaluator } from '../../src/iam/evaluate.ts';
import { KEY_RULES } from '../../src/iam/keys.ts';
import type { Context } from '../../src/iam/patterns.ts';
import { statementsOf } from '../../src/iam/policy.ts';
import type { Json, JsonObject } from '../../src/json.ts';

const ROLE = 'arn:aws:iam::000000000000:role/worker';
const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/rows';
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:jobs';
const worker: Principal = { kind: 'role', accessKeyId: 'k', roleArn: ROLE, sessionName: 'f' };
const rule: Principal = {
  kind: 'service',
  accessKeyId: '',
  service: 'events.amazonaws.com',
  sourceArn: 'arn:aws:events:us-east-1:000000000000:rule/every-minute',
};

interface Documents {
  identity?: Json[];
  boundary?: Json[];
  trust?: Json[];
  resource?: Json[];
}

function evaluator({ identity = [], boundary, trust = [], resource }: Documents): Evaluator {
  const parsed = (Statement: Json[], name: string) => statementsOf({ Statement }, name, KEY_RULES);
  const role: RolePolicies = {
    identity: parsed(identity, 'identity'),
    trust: parsed(trust, 'trust'),
    ...(boundary && { boundary: parsed(boundary, 'boundary') }),
  };
  const policies: Policies = {
    roles: new Map([[ROLE, role]]),
    resources: new Map(resource ? [[QUEUE, parsed(resource, 'resource')]] : []),
    owned: new Set([QUEUE]),
  };
  return new Evaluator(
    policies,
    () => Date.parse('2026-11-20T12:00:00Z'),
    () => {},
  );
}

const allow = (Action: Json, Resource: Json, more: JsonObject = {}): JsonObject => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: Json, Resource: Json, more: JsonObject = {}): JsonObject => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
});
const isAllowed = (documents: Documents, action: string, resource: string, principal = worker, context: Context = {}) =>
  evaluator(documents).decide(principal, { action, resource, context }).isAllowed;

describe('the decision about a call', () => {
  it.each([
    ['the action and the resource', allow('dynamodb:GetItem', TABLE), true],
    ['an action in other letters', allow('DynamoDB:getitem', TABLE), true],
    ['an action with a wildcard', allow('dynamodb:Get*', TABLE), true],
    ['a resource with wildcards', allow('dynamodb:GetItem', 'arn:aws:dynamodb:*:000000000000:table/r?ws'), true],
    ['every resource', allow('dynamodb:GetItem', '*'), true],
    ['everything', allow('*', '*'), true],
    ['a list', allow(['sqs:SendMessage', 'dynamodb:GetItem'], [QUEUE, TABLE]), true],
    ['NotAction', { Effect: 'Allow', NotAction: 'sqs:*', Resource: '*' }, true],
    ['NotAction that names it', { Effect: 'Allow', NotAction: 'dynamodb:*', Resource: '*' }, false],
    ['NotResource', { Effect: 'Allow', Action: 'dynamodb:*', NotResource: QUEUE }, true],
    ['NotResource that names it', { Effect: 'Allow', Action: 'dynamodb:*', NotResource: `${TABLE}*` }, false],
    ['another action', allow('dynamodb:PutItem', TABLE), false],
    ['another resource', allow('dynamodb:GetItem', `${TABLE}2`), false],
    ['its indexes only', allow('dynamodb:GetItem', `${TABLE}/index/*`), false],
  ])('%s', (_name, statement, expected) => {
    expect(isAllowed({ identity: [statement] }, 'dynamodb:GetItem', TABLE)).toBe(expected);
  });

  it('without any policy is a denial, which names the kind of policy that is missing', () => {
    const access = { action: 'sqs:SendMessage', resource: QUEUE };
    const denied = { isAllowed: false, isExplicit: false, by: 'identity-based policy' };
    expect(evaluator({}).decide(worker, access)).toEqual(denied);
    expect(evaluator({}).decide(rule, access)).toEqual({ ...denied, by: 'resource-based policy' });
  });

  it('a Deny wins over every Allow', () => {
    const documents = { identity: [allow('*', '*'), deny('dynamodb:Delete*', '*')] };
    expect(isAllowed(documents, 'dynamodb:GetItem', TABLE)).toBe(true);
    expect(evaluator(documents).decide(worker, { action: 'dynamodb:DeleteItem', resource: TABLE })).toEqual({
      isAllowed: false,
      isExplicit: true,
      by: 'identity-based policy',
    });
  });

  it('a permissions boundary must allow too', () => {
    const documents = { identity: [allow('*', '*')], boundary: [allow('sqs:*', '*')] };
    expect(isAllowed(documents, 'sqs:SendMessage', QUEUE)).toBe(true);
    expect(isAllowed(documents, 'dynamodb:GetItem', TABLE)).toBe(false);
  });

  it('administrators, and roles that are not part of the template, may do everything', () => {
    const other: Principal = { ...worker, roleArn: `${ROLE}2` };
    expect(isAllowed({}, 'dynamodb:GetItem', TABLE, other)).toBe(true);
    expect(isAllowed({}, 'dynamodb:GetItem', TABLE, { kind: 'administrator', accessKeyId: 'any' })).toBe(true);
  });

  it.each<[string, Json, boolean]>([
    ['everybody', '*', true],
    ['the role', { AWS: ROLE }, true],
    ['the session', { AWS: 'arn:aws:sts::000000000000:assumed-role/worker/f' }, true],
    ['the account, which leaves it to the policies of the role', { AWS: 'arn:aws:iam::000000000000:root' }, false],
    ['another role', { AWS: `${ROLE}2` }, false],
    ['a service', { Service: 'events.amazonaws.com' }, false],
  ])('the policy of a resource allows %s', (_name, Principal, expected) => {
    const documents = { resource: [allow('sqs:SendMessage', QUEUE, { Principal })] };
    expect(isAllowed(documents, 'sqs:SendMessage', QUEUE)).toBe(expected);
  });

  it('the policy of a resource denies the whole account, or all but one', () => {
    const identity = [allow('sqs:*', '*')];
    const denied = (principals: JsonObject) =>
      !isAllowed({ identity, resource: [deny('sqs:*', QUEUE, principals)] }, 'sqs:SendMessage', QUEUE);
    expect(denied({ Principal: { AWS: '000000000000' } })).toBe(true);
    expect(denied({ NotPrincipal: { AWS: `${ROLE}2` } })).toBe(true);
    expect(denied({ NotPrincipal: { AWS: ROLE } })).toBe(false);
  });

  it('a service needs the policy of the resource, for the source that it names', () => {
    const of = (source: string) => ({
      resource: [
        allow('sqs:SendMessage', QUEUE, {
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnLike: { 'aws:SourceArn': source } },
        }),
      ],
    });
    expect(isAllowed(of('arn:aws:events:*:*:rule/every-*'), 'sqs:SendMessage', QUEUE, rule)).toBe(true);
    expect(isAllowed(of('arn:aws:events:*:*:rule/other'), 'sqs:SendMessage', QUEUE, rule)).toBe(false);
  });

  it('a service may call a resource that a client created, whose policy is not known', () => {
    expect(isAllowed({}, 'sqs:SendMessage', QUEUE, rule)).toBe(false);
    expect(isAllowed({}, 'sqs:SendMessage', `${QUEUE}-of-a-client`, rule)).toBe(true);
  });

  it('TLS is taken as given, because the same clients use it on AWS', () => {
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    const documents = { identity: [allow('*', '*')], resource: [deny('sqs:*', QUEUE, { Principal: '*', Condition })] };
    expect(isAllowed(documents, 'sqs:SendMessage', QUEUE)).toBe(true);
  });

  it('fills in policy variables; one without a value matches nothing', () => {
    const documents = { identity: [allow('dynamodb:GetItem', `${TABLE}-\${aws:PrincipalAccount}`)] };
    expect(isAllowed(documents, 'dynamodb:GetItem', `${TABLE}-000000000000`)).toBe(true);
    expect(isAllowed({ identity: [allow('*', `${TABLE}\${aws:username}`)] }, 'dynamodb:GetItem', TABLE)).toBe(false);
  });

  it('a key that is not emulated makes an Allow grant nothing and a Deny deny always', () => {
    const Condition = { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } };
    expect(isAllowed({ identity: [allow('*', '*', { Condition })] }, 'dynamodb:GetItem', TABLE)).toBe(false);
    const documents = { identity: [allow('*', '*'), deny('*', '*', { Condition })] };
    expect(isAllowed(documents, 'dynamodb:GetItem', TABLE)).toBe(false);
  });

  it('decides anew when a condition depends on the call', () => {
    const Condition = { StringEquals: { 'ses:FromAddress': 'a@b.co' } };
    const one = evaluator({ identity: [allow('ses:SendEmail', '*', { Condition })] });
    const from = (address: string) =>
      one.decide(worker, { action: 'ses:SendEmail', resource: 'i', context: { 'ses:fromaddress': address } }).isAllowed;
    expect([from('a@b.co'), from('b@b.co'), from('a@b.co')]).toEqual([true, false, true]);
  });

  it('a role may be assumed by the service that its trust policy names', () => {
    const trusted = (Principal: Json, more: JsonObject = {}) =>
      evaluator({ trust: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal, ...more }] }).trusts(
        ROLE,
        'states.amazonaws.com',
        'arn:aws:states:us-east-1:000000000000:stateMachine:m',
      );
    expect(trusted({ Service: 'states.amazonaws.com' })).toBe(true);
    expect(trusted({ Service: 'states.us-east-1.amazonaws.com' })).toBe(true);
    expect(trusted({ Service: 'lambda.amazonaws.com' })).toBe(false);
    const only = { Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:states:*:*:stateMachine:other' } } };
    expect(trusted({ Service: 'states.amazonaws.com' }, only)).toBe(false);
  });
});

describe('a condition', () => {
  const holds = (operator: string, wanted: Json, actual: string | string[] | undefined) =>
    conditionsOf({ [operator]: { 'x:Key': wanted } }, 'policy').every((condition) =>
      condition.holds(actual === undefined ? {} : { 'x:key': actual }),
    );

  it.each<[string, Json, string | string[] | undefined, boolean]>([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', 'a', undefined, false],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', 'a', undefined, true],
    ['StringEqualsIgnoreCase', 'a', 'A', true],
    ['StringNotEqualsIgnoreCase', 'a', 'A', false],
    ['StringLike', 'a*c?', 'abbcd', true],
    ['StringNotLike', 'a*', 'b', true],
    ['NumericLessThan', '10', '9', true],
    ['NumericGreaterThanEquals', 10, '9', false],
    ['DateLessThan', '2026-11-21T00:00:00Z', '2026-11-20T12:00:00Z', true],
    ['DateGreaterThan', '1700000000', '2026-11-20T12:00:00Z', true],
    ['Bool', true, 'true', true],
    ['Bool', 'false', 'true', false],
    ['IpAddress', '10.0.0.0/8', '10.1.2.3', true],
    ['NotIpAddress', '10.0.0.0/8', '10.1.2.3', false],
    ['ArnLike', 'arn:aws:sns:*:*:topic-*', 'arn:aws:sns:us-east-1:000000000000:topic-a', true],
    ['ArnNotLike', 'arn:aws:sns:*:*:topic-*', 'arn:aws:sns:us-east-1:000000000000:topic-a', false],
    ['Null', 'true', undefined, true],
    ['Null', 'false', undefined, false],
    ['Null', false, 'a', true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', 'a', undefined, true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
    ['ForAnyValue:StringEquals', 'a', ['c'], false],
    ['ForAnyValue:StringEquals', 'a', undefined, false],
    ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
    ['ForAllValues:StringNotLike', 'a*', ['b', 'ab'], false],
  ])('%s %j with %j: %s', (operator, wanted, actual, expected) => {
    expect(holds(operator, wanted, actual)).toBe(expected);
  });

  it('with an operator that is not known is refused by name', () => {
    expect(() => holds('StringSounds', 'a', 'a')).toThrow('policy: the condition operator StringSounds is not known');
    expect(() => holds('ForSomeValues:StringEquals', 'a', 'a')).toThrow('ForSomeValues:StringEquals is not known');
  });
});
