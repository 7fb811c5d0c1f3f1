import { PregonError } from '../errors.ts';
import type { LedgerRow } from '../ledger/send.ts';
import { SUPPRESSION_REASONS, type SuppressionReason, type Suppressions } from './suppressions.ts';

/** Resolves to the error of a recipient that must get no email. */
export type RecipientCheck = (row: Pick<LedgerRow, 'email'>) => Promise<PregonError | undefined>;

/** Keys of one BatchGetItem. */
const MAX_TOGETHER = 100;

interface Waiting {
  email: string;
  resolve(reason: SuppressionReason | undefined): void;
  reject(error: unknown): void;
}

/**
 * Asks the suppression list about a recipient right before the send. Recipients that are asked about in the same turn of the event loop,
 * such as rows that were claimed together, share a call. `refused` are the reasons that count; all by default.
 */
export function createRecipientCheck(
  { reasonsOf }: Pick<Suppressions, 'reasonsOf'>,
  refused: readonly SuppressionReason[] = SUPPRESSION_REASONS,
): RecipientCheck {
  let waiting: Waiting[] = [];

  async function ask(): Promise<void> {
    const asked = waiting;
    waiting = [];
    try {
      const reasons = await reasonsOf(asked.map(({ email }) => email));
      for (const { email, resolve } of asked) resolve(reasons.get(email));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  const reasonOf = (email: string) =>
    new Promise<SuppressionReason | undefined>((resolve, reject) => {
      if (waiting.length === 0) setImmediate(() => void ask());
      waiting.push({ email, resolve, reject });
      if (waiting.length === MAX_TOGETHER) void ask();
    });

  return async ({ email }) => {
    const reason = await reasonOf(email);
    return reason !== undefined && refused.includes(reason)
      ? new PregonError('Suppressed', `The recipient is on the suppression list: ${reason}.`)
      : undefined;
  };
}
