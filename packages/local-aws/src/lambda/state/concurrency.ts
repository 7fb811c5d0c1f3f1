import { AwsError } from '../../gateway/errors.ts';
import { TemplateError } from '../../template/errors.ts';
import type { FunctionSpec } from '../definitions.ts';

type Limited = Pick<FunctionSpec, 'name' | 'reservedConcurrency'>;

/**
 * The executions of an account that no function may reserve: 100, or 10 in an account whose quota is not above 100.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
const unreservedMinimum = (limit: number): number => (limit > 100 ? 100 : 10);

/**
 * The executions that run at once, of each function and of the account. What a function reserves is its own, and is taken away from
 * the others: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export class Concurrency {
  private readonly running = new Map<string, number>();
  private readonly unreservedLimit: number;
  private unreserved = 0;

  /** Throws TemplateError when the functions reserve more than an account with this limit may. */
  constructor(limit: number, functions: readonly Limited[]) {
    const reserved = functions.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
    this.unreservedLimit = limit - reserved;
    const minimum = unreservedMinimum(limit);
    if (reserved > 0 && this.unreservedLimit < minimum) {
      throw new TemplateError(
        "Specified ReservedConcurrentExecutions decreases account's UnreservedConcurrentExecution below its minimum value of " +
          `[${minimum}]: the account runs ${limit} executions at once, and its functions reserve ${reserved}`,
      );
    }
  }

  /** Begins an execution, to be ended by the returned function. Throws TooManyRequestsException over a limit. */
  begin({ name, reservedConcurrency }: Limited): () => void {
    const running = this.running.get(name) ?? 0;
    const isReserved = reservedConcurrency !== undefined;
    if (isReserved && running >= reservedConcurrency)
      throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    if (!isReserved && this.unreserved >= this.unreservedLimit) throw throttled('ConcurrentInvocationLimitExceeded');
    this.running.set(name, running + 1);
    if (!isReserved) this.unreserved += 1;
    return () => {
      this.running.set(name, (this.running.get(name) ?? 1) - 1);
      if (!isReserved) this.unreserved -= 1;
    };
  }
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
const throttled = (reason: string) => new AwsError('TooManyRequestsException', `Rate Exceeded. Reason: ${reason}`, 429);

export const isThrottled = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TooManyRequestsException';
