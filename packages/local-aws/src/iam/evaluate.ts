import type { Principal } from '../gateway/types.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../identity.ts';
import { callerArn } from './caller.ts';
import type { Policies } from './definitions.ts';
import { contextOf } from './keys.ts';
import { type Context, wildcard } from './patterns.ts';
import type { Statement } from './policy.ts';

/** One action on one resource, as an API operation needs it. */
export interface Access {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** An ARN, or `*` where the action takes no resource. */
  readonly resource: string;
  /** Condition keys of the service. */
  readonly context?: Context;
}

export type PolicyType = 'identity-based policy' | 'resource-based policy' | 'permissions boundary';

/** `by` is the policy that denies, or that would have to allow. */
export type Decision =
  | { readonly isAllowed: true }
  | { readonly isAllowed: false; readonly isExplicit: boolean; readonly by: PolicyType };

const ALLOWED: Decision = { isAllowed: true };
const denied = (isExplicit: boolean, by: PolicyType): Decision => ({ isAllowed: false, isExplicit, by });

/** Receives each decision that was not known yet. */
export type OnDecision = (principal: Principal, access: Access, decision: Decision) => void;

/** Decisions that depend on caller, action and resource alone are kept, so that repeated calls are not evaluated anew. */
const MAX_CACHED = 20_000;

/**
 * Decides as AWS does within one account: a Deny anywhere wins; else a policy of the role or of the resource must allow, and the
 * permissions boundary too. A caller whose role is not part of the template is an administrator, and a resource that is not part of it lets
 * every service call it, because their policies are not known.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
 */
export class Evaluator {
  readonly policies: Policies;
  readonly #now: () => number;
  readonly #onDecision: OnDecision;
  readonly #cache = new Map<string, Decision>();

  constructor(policies: Policies, now: () => number, onDecision: OnDecision) {
    this.policies = policies;
    this.#now = now;
    this.#onDecision = onDecision;
  }

  /** Whether the permissions of a caller are known. */
  governs({ kind, roleArn = '' }: Principal): boolean {
    return kind === 'service' || (kind === 'role' && this.policies.roles.has(roleArn));
  }

  decide(principal: Principal, access: Access): Decision {
    // Administrators may do everything, and services whatever concerns a resource that a client created.
    const isOfTemplate = principal.kind !== 'service' || this.policies.owned.has(ownerOf(access.resource));
    if (!this.governs(principal) || !isOfTemplate) return ALLOWED;
    const { roleArn, functionArn, sessionName, service, sourceArn } = principal;
    const caller = roleArn === undefined ? `${service} ${sourceArn}` : `${roleArn} ${functionArn ?? sessionName}`;
    const name = `${caller} ${access.action} ${access.resource}`;
    const known = this.#cache.get(name);
    if (known) return known;
    const evaluation = new Evaluation(this.policies, principal, access, this.#now());
    const decision = evaluation.decide();
    this.#onDecision(principal, access, decision);
    if (evaluation.isStatic) {
      if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
      this.#cache.set(name, decision);
    }
    return decision;
  }

  /** The statements that allow a call, without those that deny it. */
  allowing(principal: Principal, access: Access): Statement[] {
    return new Evaluation(this.policies, principal, access, this.#now()).allowing();
  }

  /** Whether a service may assume a role for a resource. A role that is not part of the template may be assumed by any. */
  trusts(roleArn: string, service: string, sourceArn: string): boolean {
    const role = this.policies.roles.get(roleArn);
    if (!role) return true;
    const principal: Principal = { kind: 'service', accessKeyId: '', service, sourceArn };
    const access = { action: 'sts:AssumeRole', resource: '*' };
    const { trust } = role;
    const evaluation = new Evaluation(this.policies, principal, access, this.#now());
    const fitting = (effect: Statement['effect']) => trust.some((one) => evaluation.applies(one, effect, true));
    return fitting('Allow') && !fitting('Deny');
  }
}

/** The evaluation of one call. */
class Evaluation {
  /** Whether the decision depends on caller, action and resource alone. */
  isStatic = true;
  readonly #principal: Principal;
  readonly #access: Access;
  readonly #now: number;
  readonly #identity: readonly Statement[];
  readonly #boundary: readonly Statement[] | undefined;
  readonly #resource: readonly Statement[];
  #context: Context | undefined;

  constructor(policies: Policies, principal: Principal, access: Access, now: number) {
    this.#principal = principal;
    this.#access = access;
    this.#now = now;
    const role = principal.kind === 'role' ? policies.roles.get(principal.roleArn ?? '') : undefined;
    this.#identity = role?.identity ?? [];
    this.#boundary = role?.boundary;
    this.#resource = policies.resources.get(ownerOf(access.resource)) ?? [];
  }

  decide(): Decision {
    const some = (statements: readonly Statement[], effect: Statement['effect'], ofResource = false) =>
      // No early return: each statement that may apply decides whether the result can be kept.
      statements.filter((statement) => this.applies(statement, effect, ofResource)).length > 0;
    if (some(this.#identity, 'Deny')) return denied(true, 'identity-based policy');
    if (some(this.#resource, 'Deny', true)) return denied(true, 'resource-based policy');
    if (this.#boundary && some(this.#boundary, 'Deny')) return denied(true, 'permissions boundary');
    const byIdentity = some(this.#identity, 'Allow');
    const byResource = some(this.#resource, 'Allow', true);
    if (!byIdentity && !byResource) {
      return denied(false, this.#principal.kind === 'service' ? 'resource-based policy' : 'identity-based policy');
    }
    if (this.#boundary && !some(this.#boundary, 'Allow')) return denied(false, 'permissions boundary');
    return ALLOWED;
  }

  allowing(): Statement[] {
    return [
      ...this.#identity.filter((statement) => this.applies(statement, 'Allow', false)),
      ...this.#resource.filter((statement) => this.applies(statement, 'Allow', true)),
    ];
  }

  applies(statement: Statement, effect: Statement['effect'], ofResource: boolean): boolean {
    if (statement.effect !== effect) return false;
    const { action, resource } = this.#access;
    const context = () => this.#contextOnce();
    if (!statement.actions.matches(action, context) || !statement.resources.matches(resource, context)) return false;
    if (ofResource && !isAddressed(statement, this.#principal, effect)) return false;
    if (!statement.isStatic) this.isStatic = false;
    if (statement.unknownKeys.length > 0) return effect === 'Deny';
    return statement.conditions.every(({ holds }) => holds(this.#contextOnce()));
  }

  #contextOnce(): Context {
    this.#context ??= contextOf(this.#principal, this.#now, this.#access.context ?? {});
    return this.#context;
  }
}

/** The resource whose policy speaks of `resource`: the bucket of an object, the function of an alias. */
function ownerOf(resource: string): string {
  if (resource.startsWith('arn:aws:s3:::')) return resource.split('/', 1)[0] ?? resource;
  return /^(arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]+)/.exec(resource)?.[1] ?? resource;
}

const ROOT = [LOCAL_ACCOUNT, `arn:aws:iam::${LOCAL_ACCOUNT}:root`];

/**
 * Whether the policy of a resource speaks of a caller. An Allow for the account only lets its administrators grant access, so that a
 * role of it still needs a policy of its own.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
function isAddressed({ principals }: Statement, principal: Principal, effect: Statement['effect']): boolean {
  if (!principals) return false;
  const { AWS = [], Service = [] } = principals.byType;
  const isNamed =
    principal.kind === 'service'
      ? // A Region may be part of the name: states.us-east-1.amazonaws.com.
        Service.some((name) => wildcard(name.replace(`.${LOCAL_REGION}.`, '.'))(principal.service ?? ''))
      : AWS.some((name) => name === '*' || name === principal.roleArn || name === callerArn(principal)) ||
        (effect === 'Deny' && AWS.some((name) => ROOT.includes(name)));
  return isNamed !== principals.isNegated;
}
