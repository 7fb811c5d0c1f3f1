import { type Json, objectOf } from '../json.ts';
import { TemplateError } from '../template/errors.ts';
import type { Template, TemplateResource } from '../template/template.ts';
import { KEY_RULES } from './keys.ts';
import { awsManagedPolicy } from './managed-policies.ts';
import { type Statement, statementsOf } from './policy.ts';

export interface RolePolicies {
  /** Policies of the role, inline and managed. */
  readonly identity: readonly Statement[];
  /** The permissions boundary, if it has one. */
  readonly boundary?: readonly Statement[];
  /** Who may assume it. */
  readonly trust: readonly Statement[];
}

/** The policies of a template. */
export interface Policies {
  /** By ARN of the role. */
  readonly roles: ReadonlyMap<string, RolePolicies>;
  /** By ARN of a bucket, a queue, a function or a secret. */
  readonly resources: ReadonlyMap<string, readonly Statement[]>;
  /** The ARNs of all resources of the template. The policies of others are not known. */
  readonly owned: ReadonlySet<string>;
}

/** Reads the policies of a template. Throws TemplateError for a policy that AWS refuses; names what is not emulated. */
export function policiesOf(template: Template): Policies {
  const read = (resource: TemplateResource, document: Json | undefined, name: string): Statement[] => {
    // A condition that was left out would make an Allow wider.
    const leftOut = template.unsupported.find(
      (line) => line.startsWith(`${resource.logicalId}.`) && /\.Condition\b/.test(line),
    );
    if (leftOut !== undefined) throw new TemplateError(`A condition of a policy cannot be evaluated here: ${leftOut}`);
    const statements = statementsOf(document, name, KEY_RULES);
    for (const { id, effect, unknownKeys } of statements) {
      for (const key of unknownKeys) {
        const consequence = effect === 'Allow' ? 'grants nothing' : 'denies always';
        template.notSupported(resource, `the condition key ${key} is not emulated, so that ${id} ${consequence}`);
      }
    }
    return statements;
  };
  const managed = managedPolicies(template, read);
  const roles = new Map(
    template.ofType('AWS::IAM::Role').map((role) => [role.arn ?? '', rolePolicies(template, role, managed, read)]),
  );
  const owned = new Set(template.resources.flatMap(({ arn }) => arn ?? []));
  return { roles, resources: resourcePolicies(template, read), owned };
}

type Read = (resource: TemplateResource, document: Json | undefined, name: string) => Statement[];

/** The managed policies of the template by ARN. */
function managedPolicies(template: Template, read: Read): Map<string, Statement[]> {
  return new Map(
    template
      .ofType('AWS::IAM::ManagedPolicy')
      .map((policy) => [policy.physicalId, read(policy, policy.properties.PolicyDocument, policy.logicalId)]),
  );
}

function rolePolicies(
  template: Template,
  role: TemplateResource,
  managed: ReadonlyMap<string, Statement[]>,
  read: Read,
): RolePolicies {
  const { logicalId, physicalId: roleName, properties } = role;
  const named = (arn: Json): Statement[] => {
    const known = managed.get(String(arn));
    if (known) return known;
    const document = awsManagedPolicy(String(arn));
    if (document) return read(role, document, String(arn));
    template.notSupported(role, `the policy ${arn} is not known here, so that it grants nothing`);
    return [];
  };
  const inline = listOf(properties.Policies).flatMap((policy) => {
    const { PolicyName, PolicyDocument } = objectOf(policy);
    return read(role, PolicyDocument, `${logicalId}.${PolicyName}`);
  });
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => template.ofType(type))
    .filter(({ properties: { Roles, RoleName } }) => [...listOf(Roles), RoleName].includes(roleName))
    .flatMap(
      (policy) => managed.get(policy.physicalId) ?? read(policy, policy.properties.PolicyDocument, policy.logicalId),
    );
  const boundary = properties.PermissionsBoundary;
  return {
    identity: [...inline, ...attached, ...listOf(properties.ManagedPolicyArns).flatMap(named)],
    trust: read(role, properties.AssumeRolePolicyDocument ?? {}, `${logicalId}.AssumeRolePolicyDocument`),
    ...(boundary !== undefined && { boundary: named(boundary) }),
  };
}

function resourcePolicies(template: Template, read: Read): Map<string, Statement[]> {
  const policies = new Map<string, Statement[]>();
  const add = (type: string, id: Json | undefined, statements: readonly Statement[]) => {
    const owner = template
      .ofType(type)
      .find(({ physicalId, arn, logicalId }) => [physicalId, arn, logicalId].includes(String(id)));
    const arn = owner?.arn ?? String(id);
    policies.set(arn, [...(policies.get(arn) ?? []), ...statements]);
  };
  const document = (policy: TemplateResource) => read(policy, policy.properties.PolicyDocument, policy.logicalId);
  for (const policy of template.ofType('AWS::S3::BucketPolicy')) {
    add('AWS::S3::Bucket', policy.properties.Bucket, document(policy));
  }
  for (const policy of template.ofType('AWS::SecretsManager::ResourcePolicy')) {
    add('AWS::SecretsManager::Secret', policy.properties.SecretId, document(policy));
  }
  for (const policy of template.ofType('AWS::SQS::QueuePolicy')) {
    const statements = document(policy);
    for (const queue of listOf(policy.properties.Queues)) add('AWS::SQS::Queue', queue, statements);
  }
  for (const permission of template.ofType('AWS::Lambda::Permission')) {
    const name = String(permission.properties.FunctionName);
    const fn = template
      .ofType('AWS::Lambda::Function')
      .find(({ physicalId, arn }) => name === physicalId || name === arn || name.startsWith(`${arn}:`));
    const arn = fn?.arn ?? name;
    add(
      'AWS::Lambda::Function',
      arn,
      read(permission, permissionDocument(permission, name, arn), permission.logicalId),
    );
  }
  return policies;
}

/**
 * A permission as the statement that Lambda adds to the policy of the function.
 * Source: https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
function permissionDocument({ properties }: TemplateResource, name: string, arn: string): Json {
  const { Action, Principal, SourceArn, SourceAccount } = properties;
  const principal = String(Principal);
  const isService = /\.amazonaws\.com(\.cn)?$/.test(principal);
  const qualifier = name.startsWith(`${arn}:`) ? name.slice(arn.length) : '';
  return {
    Statement: {
      Effect: 'Allow',
      Action: Action ?? 'lambda:InvokeFunction',
      Resource: `${arn}${qualifier}`,
      Principal: isService ? { Service: principal } : principal === '*' ? '*' : { AWS: principal },
      Condition: {
        ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': SourceArn } }),
        ...(SourceAccount !== undefined && { StringEquals: { 'aws:SourceAccount': SourceAccount } }),
      },
    },
  };
}

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
