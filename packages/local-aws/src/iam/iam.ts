import { AwsError } from '../gateway/errors.ts';
import type { AwsRequest, Principal, Step } from '../gateway/types.ts';
import type { Template } from '../template/template.ts';
import { ANSWERS_OF_TASKS } from './access/compute.ts';
import { ACCESS_OF } from './access/index.ts';
import { bodyOf, text } from './access/request.ts';
import { type CallReport, RecordedCalls } from './calls.ts';
import { type Policies, policiesOf } from './definitions.ts';
import { denialMessage, denialOf } from './denial.ts';
import { type Access, Evaluator } from './evaluate.ts';
import { type Names, namesOf } from './names.ts';
import { variablesOf } from './patterns.ts';

/** Finds the ARN of the state machine that a task token belongs to; undefined if the token is not valid. */
export type MachineOfToken = (token: string) => Promise<string | undefined>;

/**
 * IAM: allows and denies calls by the policies of the template. `definitions.ts` holds the policies that the template asks for, `evaluate.ts`
 * decides, `access/` says which actions on which resources an API operation needs, `denial.ts` words the errors, `calls.ts` keeps the
 * calls and says which grants they need.
 */
export class Iam {
  /** Set once Step Functions has started. */
  machineOfToken: MachineOfToken = async () => undefined;
  readonly #calls = new RecordedCalls();
  readonly #evaluator: Evaluator;
  readonly #names: Names;

  constructor(template: Template, now: () => number) {
    const policies = policiesOf(template);
    const keys = keysIn(policies);
    this.#evaluator = new Evaluator(policies, now, (principal, access, decision) => {
      this.#calls.add(principal, access, decision, keys);
    });
    this.#names = namesOf(template);
  }

  /** The distinct calls of roles and services so far, and which grants of the template they need. */
  report(): CallReport {
    return this.#calls.report(this.#evaluator);
  }

  /** Allows or denies a call of the AWS endpoint before its service sees it. */
  readonly enforce: Step = (request, next) => {
    const { principal, service, operation } = request;
    const accessOf = ACCESS_OF.get(service);
    if (!accessOf || !this.#evaluator.governs(principal)) return next(request);
    const accesses = accessOf(request, this.#names);
    if (!accesses) {
      throw new AwsError(
        'UnknownOperationException',
        `The permissions of ${service}:${operation} are not known to this local AWS, so that a role may not call it`,
        501,
      );
    }
    if (service === 'states' && ANSWERS_OF_TASKS.has(operation)) return this.#answerOfTask(request, accesses, next);
    for (const access of accesses) {
      const denied = this.denial(service, principal, access);
      if (denied) throw denied;
    }
    if (service !== 's3') return next(request);
    return next({ ...request, denial: (access) => this.denial(service, principal, access) });
  };

  /** The error of a denied access; undefined if it is allowed. */
  denial(service: string, principal: Principal, access: Access): AwsError | undefined {
    const decision = this.#evaluator.decide(principal, access);
    return decision.isAllowed ? undefined : denialOf(service, principal, access, decision);
  }

  /** The message of a denied access; undefined if it is allowed. */
  refusal(principal: Principal, access: Access): string | undefined {
    const decision = this.#evaluator.decide(principal, access);
    return decision.isAllowed ? undefined : denialMessage(principal, access, decision);
  }

  /** Whether a service may assume a role for one of its resources. */
  trusts(roleArn: string, service: string, sourceArn: string): boolean {
    return this.#evaluator.trusts(roleArn, service, sourceArn);
  }

  /**
   * The Service Authorization Reference lists no resource for the answers of tasks, yet AWS checks them against the state machine of the
   * token, as https://github.com/aws/aws-cdk/pull/8486 found. So a grant on `*` or on the state machine will do.
   */
  async #answerOfTask(request: AwsRequest, accesses: readonly Access[], next: Parameters<Step>[1]) {
    const [access] = accesses;
    if (!access) return next(request);
    const { principal, service } = request;
    if (this.#evaluator.decide(principal, access).isAllowed) return next(request);
    const machine = await this.machineOfToken(text(bodyOf(request), 'taskToken'));
    const denied = this.denial(service, principal, { ...access, resource: machine ?? access.resource });
    if (denied) throw denied;
    return next(request);
  }
}

/** The condition keys that some statement names, in a condition or as a variable. */
function keysIn({ roles, resources }: Policies): ReadonlySet<string> {
  const statements = [
    ...[...roles.values()].flatMap(({ identity, boundary = [] }) => [...identity, ...boundary]),
    ...[...resources.values()].flat(),
  ];
  return new Set(
    statements.flatMap(({ conditions, actions, resources: { patterns } }) => [
      ...conditions.map(({ key }) => key),
      ...variablesOf([...actions.patterns, ...patterns]),
    ]),
  );
}
