import type { Principal } from '../gateway/types.ts';
import { callerArn } from './caller.ts';
import type { Access, Decision, Evaluator } from './evaluate.ts';
import type { Context } from './patterns.ts';
import type { Statement } from './policy.ts';

/** One action of one caller on one resource that was allowed or denied, with the values of the condition keys in use. */
interface Call {
  readonly principal: Principal;
  readonly access: Access;
  readonly isAllowed: boolean;
}

/** One action on one resource that a statement allows. */
export interface Grant {
  /** The statement, such as `WorkerRole.own[2]`. */
  readonly statement: string;
  /** The roles that have it, or the service that a policy of a resource names. */
  readonly callers: readonly string[];
  /** As in the policy, so that it may have wildcards. */
  readonly action: string;
  readonly resource: string;
  /** Whether a recorded call would be denied without it. */
  readonly isNeeded: boolean;
}

export interface CallReport {
  /** True if the calls are more than can be kept. */
  readonly isTruncated: boolean;
  readonly calls: readonly {
    readonly caller: string;
    readonly action: string;
    readonly resource: string;
    /** The values of the condition keys that policies use. */
    readonly context: Context;
    readonly isAllowed: boolean;
  }[];
  readonly grants: readonly Grant[];
}

const MAX_CALLS = 20_000;

/** The distinct calls since the start. They say which grants of the template are needed. */
export class RecordedCalls {
  readonly #calls = new Map<string, Call>();
  #isTruncated = false;

  add(principal: Principal, access: Access, { isAllowed }: Decision, keysInUse: ReadonlySet<string>): void {
    const context = Object.fromEntries(Object.entries(access.context ?? {}).filter(([key]) => keysInUse.has(key)));
    const call = { action: access.action, resource: access.resource, context };
    const name = JSON.stringify([callerArn(principal), principal.sourceArn, call]);
    if (this.#calls.has(name)) return;
    if (this.#calls.size >= MAX_CALLS) this.#isTruncated = true;
    else this.#calls.set(name, { principal, access: call, isAllowed });
  }

  report(evaluator: Evaluator): CallReport {
    return {
      isTruncated: this.#isTruncated,
      calls: [...this.#calls.values()].map(({ principal, access, isAllowed }) => ({
        caller: principal.sourceArn ?? callerArn(principal),
        action: access.action,
        resource: access.resource,
        context: access.context ?? {},
        isAllowed,
      })),
      grants: this.#grants(evaluator),
    };
  }

  #grants(evaluator: Evaluator): Grant[] {
    const needed = this.#needed(evaluator);
    const { roles, resources } = evaluator.policies;
    const callers = new Map<Statement, string[]>();
    for (const [arn, { identity }] of roles) {
      for (const statement of identity) callers.set(statement, [...(callers.get(statement) ?? []), arn]);
    }
    for (const statement of [...resources.values()].flat()) {
      callers.set(statement, Object.values(statement.principals?.byType ?? {}).flat());
    }
    return [...callers].flatMap(([statement, names]) =>
      statement.effect === 'Deny'
        ? []
        : grantsOf(statement).map(({ action, resource }) => ({
            statement: statement.id,
            callers: names,
            action,
            resource,
            isNeeded: needed.has(grantName(statement, action, resource)),
          })),
    );
  }

  /** The grants without which a recorded call would be denied: those that alone allow it. */
  #needed(evaluator: Evaluator): Set<string> {
    const needed = new Set<string>();
    for (const { principal, access, isAllowed } of this.#calls.values()) {
      if (!isAllowed) continue;
      const allowing = evaluator.allowing(principal, access).flatMap((statement) =>
        grantsOf(statement)
          .filter(({ covers }) => covers(access))
          .map(({ action, resource }) => grantName(statement, action, resource)),
      );
      const [only, ...others] = allowing;
      if (only !== undefined && others.length === 0) needed.add(only);
    }
    return needed;
  }
}

const grantName = (statement: Statement, action: string, resource: string) => `${statement.id} ${action} ${resource}`;

interface SingleGrant {
  readonly action: string;
  readonly resource: string;
  covers(access: Access): boolean;
}

/** A statement has a grant for each of its actions on each of its resources. NotAction and NotResource cannot be taken apart. */
function grantsOf({ actions, resources }: Statement): SingleGrant[] {
  const each = (list: Statement['actions'], name: string) =>
    list.isNegated
      ? [{ text: `${name} ${list.patterns.join(', ')}`, matches: () => true }]
      : list.patterns.map((text, index) => ({ text, matches: list.matchers[index] ?? (() => false) }));
  return each(actions, 'NotAction').flatMap((action) =>
    each(resources, 'NotResource').map((resource) => ({
      action: action.text,
      resource: resource.text,
      covers: (access: Access) =>
        action.matches(access.action, () => access.context ?? {}) &&
        resource.matches(access.resource, () => access.context ?? {}),
    })),
  );
}
