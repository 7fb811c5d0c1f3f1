import type { Breakers } from '../delivery/breaker/breaker.ts';
import type { EmailRow } from './batch.ts';

/** Each provider is tried this often at most for one uptake of a row. */
export const ROUNDS = 2;
/** So long a row waits while every provider left is known to be down; then it ends in ERROR, for the sweep to take up. */
export const LONGEST_WAIT_MS = 120_000;

export type Choice =
  /** With `probeUntil` it is the one probe of a provider that was down. */
  { kind: 'use'; provider: string; fallback: boolean; probeUntil?: number } | { kind: 'wait'; until: number } | GiveUp;

/** Nobody is left to ask. */
export interface GiveUp {
  kind: 'give up';
  code: 'MessageRejected' | 'ProviderUnavailable';
  /** Every provider's answer. */
  message: string;
}

/** Providers that may still be tried, best first: fewest attempts, then the configured order. */
export function candidates(row: Pick<EmailRow, 'tries'>, order: readonly string[]): string[] {
  const triesOf = (provider: string) => row.tries.filter((failed) => failed.provider === provider);
  return order
    .filter((provider) => {
      const tries = triesOf(provider);
      // Who refused the message itself would refuse it again.
      return tries.length < ROUNDS && tries.every((failed) => failed.class !== 'recipient');
    })
    .sort((a, b) => triesOf(a).length - triesOf(b).length);
}

/** The provider for a row's next attempt. One that is known to be down is passed over, which uses up no attempt. */
export async function chooseProvider(
  row: EmailRow,
  order: readonly string[],
  breakers: Pick<Breakers, 'ask'>,
  now: number,
): Promise<Choice> {
  const down: { provider: string; retryAt: number; lastAnswer: string }[] = [];
  for (const provider of candidates(row, order)) {
    const verdict = await breakers.ask(provider);
    if (verdict.kind !== 'skip') {
      const probe = verdict.kind === 'probe' ? { probeUntil: verdict.probeUntil } : {};
      return { kind: 'use', provider, fallback: provider !== order[0], ...probe };
    }
    down.push({ provider, ...verdict });
  }
  const waited = now - Date.parse(row.queuedAt);
  if (down.length > 0 && waited < LONGEST_WAIT_MS) {
    return { kind: 'wait', until: Math.min(...down.map(({ retryAt }) => retryAt)) };
  }
  return giveUp(row, down);
}

/** The end of a row that no provider took; `down` are those that were not asked. */
export function giveUp(
  { tries }: Pick<EmailRow, 'tries'>,
  down: readonly { provider: string; lastAnswer: string }[] = [],
): GiveUp {
  // Only where every provider found fault with the message itself it would be in vain to try again.
  const refused = down.length === 0 && tries.length > 0 && tries.every((failed) => failed.class === 'recipient');
  const answers = [
    ...tries.map(({ answer }) => answer),
    ...down.map(({ provider, lastAnswer }) => `${provider}: passed over, it is down (${lastAnswer})`),
  ];
  return { kind: 'give up', code: refused ? 'MessageRejected' : 'ProviderUnavailable', message: answers.join('; ') };
}
