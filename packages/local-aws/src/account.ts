/** Quotas of an account. */
export interface AccountQuotas {
  /** Lambda executions at once, of all functions together. */
  readonly concurrentExecutions: number;
}

/**
 * `default` has the default quotas of AWS. `new` has those of an account that AWS has not raised yet.
 * "New AWS accounts have reduced concurrency and memory quotas": https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * How much they are reduced is not documented. Operators report 10, which is also the least that `GetAccountSettings` showed them.
 */
export const ACCOUNTS = {
  default: { concurrentExecutions: 1000 },
  new: { concurrentExecutions: 10 },
} as const satisfies Record<string, AccountQuotas>;

export type AccountProfile = keyof typeof ACCOUNTS;

export const isAccountProfile = (name: string): name is AccountProfile => Object.hasOwn(ACCOUNTS, name);
