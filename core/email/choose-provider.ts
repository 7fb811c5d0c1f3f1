import type { Breakers } from '../delivery/breaker/breaker.ts';
import type { EmailRow } from './batch.ts';

/** How often each provider is tried until the row ends or the sweep queues it again. */
export const ROUNDS = 2;
/** How long a row waits while every remaining provider is down. Then it ends in ERROR, from which the sweep queues it again. */
export const MAX_WAIT_MS = 120_000;

export type Choice =
  /** With `probeUntil` it is the one probe of a provider whose breaker was open. */
  { kind: 'use'; provider: string; fallback: boolean; probeUntil?: number } | { kind: 'wait'; until: number } | GiveUp;

/** No provider is left to try. */
export interface GiveUp {
  kind: 'give up';
  code: 'MessageRejected' | 'ProviderUnavailable' | 'NotDelivered';
  /** The answers of all providers, or why none was asked. */
  message: string;
}

/** Providers that may still be tried, best first: fewest attempts, then the configured order. */
export function candidates(row: Pick<EmailRow, 'tries'>, order: readonly string[]): string[] {
  const triesOf = (provider: string) => row.tries.filter((failed) => failed.provider === provider);
  return order
    .filter((provider) => {
      const tries = triesOf(provider);
      // A provider that refused the message itself would refuse it again.
      return tries.length < ROUNDS && tries.every((failed) => failed.class !== 'recipient');
    })
    .sort((a, b) => triesOf(a).length - triesOf(b).length);
}

/** The provider for a row's next attempt. A provider whose breaker is open is skipped, which uses up no attempt. */
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
  if (down.length > 0 && waited < MAX_WAIT_MS) {
    return { kind: 'wait', until: Math.min(...down.map(({ retryAt }) => retryAt)) };
  }
  return giveUp(row, down);
}

/** The end of a row that no provider took. `down` are the providers that were skipped. */
export function giveUp(
  { tries }: Pick<EmailRow, 'tries'>,
  down: readonly { provider: string; lastAnswer: string }[] = [],
): GiveUp {
  // The row is final only when every provider refused the message itself.
  const refused = down.length === 0 && tries.length > 0 && tries.every((failed) => failed.class === 'recipient');
  const answers = [
    ...tries.map(({ answer }) => answer),
    ...down.map(({ provider, lastAnswer }) => `${provider}: skipped, it is down (${lastAnswer})`),
  ];
  return { kind: 'give up', code: refused ? 'MessageRejected' : 'ProviderUnavailable', message: answers.join('; ') };
}
