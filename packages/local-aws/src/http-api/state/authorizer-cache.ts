import type { AuthorizerSpec } from '../definitions.ts';

export type Decision = { allowed: false } | { allowed: true; context: Record<string, unknown> };

/** The results of authorizers by identity, which API Gateway caches for the time in the template. */
export class AuthorizerCache {
  private readonly entries = new Map<string, { decision: Decision; until: number }>();

  get(authorizer: AuthorizerSpec, identity: readonly string[], now: number): Decision | undefined {
    const entry = this.entries.get(keyOf(authorizer, identity));
    return entry && entry.until > now ? entry.decision : undefined;
  }

  put(authorizer: AuthorizerSpec, identity: readonly string[], decision: Decision, now: number): void {
    if (authorizer.ttlSeconds <= 0) return;
    if (this.entries.size >= MAX_ENTRIES) this.entries.clear();
    this.entries.set(keyOf(authorizer, identity), { decision, until: now + authorizer.ttlSeconds * 1000 });
  }
}

/** Refusals are cached too. The cache is bounded, so that a client that tries many keys cannot fill the memory. */
const MAX_ENTRIES = 1000;

const keyOf = (authorizer: AuthorizerSpec, identity: readonly string[]) => JSON.stringify([authorizer.id, ...identity]);

/** Reads a simple response, `{isAuthorized, context?}`; undefined if it is invalid, which API Gateway answers with 500. */
export function decisionOf(payload: string): Decision | undefined {
  const result: unknown = JSON.parse(payload);
  if (typeof result !== 'object' || result === null || !('isAuthorized' in result)) return undefined;
  if (result.isAuthorized !== true) return { allowed: false };
  const context = 'context' in result && typeof result.context === 'object' ? result.context : undefined;
  return { allowed: true, context: { ...context } };
}
