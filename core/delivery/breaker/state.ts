/** What is known of a provider's health. All times are milliseconds since the epoch. */
export interface BreakerState {
  mode: 'closed' | 'open' | 'half-open';
  /** Failures since the last success, none of them older than the window. */
  failures: number;
  lastFailureAt: number;
  /** How often it opened since it was last closed: each time it stays open for longer. */
  opened: number;
  /** While open: until when. */
  openUntil: number;
  /** While half-open: until when the one probe may take; then another may try. */
  probeUntil: number;
  /** What the provider answered last, for those who wait for it. */
  lastAnswer: string;
}

export interface BreakerSettings {
  /** Failures in a row that open it. */
  threshold: number;
  /** A failure older than this counts no more. */
  windowMs: number;
  /** How long it stays open the first time; doubled each time after. */
  openMs: number;
  maxOpenMs: number;
  /** How long one probe may take. */
  probeMs: number;
}

export const BREAKER_DEFAULTS: BreakerSettings = {
  threshold: 5,
  windowMs: 60_000,
  openMs: 5_000,
  // One probe in half a minute costs little, and that much later a provider that is back is seen at the latest.
  maxOpenMs: 30_000,
  probeMs: 15_000,
};

export const HEALTHY: BreakerState = {
  mode: 'closed',
  failures: 0,
  lastFailureAt: 0,
  opened: 0,
  openUntil: 0,
  probeUntil: 0,
  lastAnswer: '',
};

/** `pass`: use the provider. `probe`: one may try, whoever wins the write of `probing`. `skip`: not before `retryAt`. */
export type Verdict = { kind: 'pass' } | { kind: 'probe' } | { kind: 'skip'; retryAt: number };

export function verdictOn(state: BreakerState, now: number): Verdict {
  if (state.mode === 'closed') return { kind: 'pass' };
  const until = state.mode === 'open' ? state.openUntil : state.probeUntil;
  return now >= until ? { kind: 'probe' } : { kind: 'skip', retryAt: until };
}

/** The state once a probe was let through. */
export function probing(state: BreakerState, now: number, { probeMs }: BreakerSettings): BreakerState {
  return { ...state, mode: 'half-open', probeUntil: now + probeMs };
}

/** The state once a probe was given back unused: the next one may try at once. */
export function unprobed(state: BreakerState, now: number): BreakerState {
  return { ...state, mode: 'open', openUntil: now, probeUntil: 0 };
}

/** The provider answered: it is there, whatever it said of the message. */
export function afterSuccess(): BreakerState {
  return HEALTHY;
}

/** The provider failed. `fatal` opens at once: nothing of this account is taken. */
export function afterFailure(
  state: BreakerState,
  now: number,
  answer: string,
  settings: BreakerSettings,
  fatal = false,
): BreakerState {
  const recent = now - state.lastFailureAt <= settings.windowMs;
  const failures = (recent ? state.failures : 0) + 1;
  const failed = { ...state, failures, lastFailureAt: now, lastAnswer: answer };
  // What was under way when it opened says nothing new; it must not push the end of the opening away.
  if (state.mode === 'open' && now < state.openUntil) return failed;
  const opens = fatal || state.mode !== 'closed' || failures >= settings.threshold;
  if (!opens) return failed;
  const openFor = Math.min(settings.maxOpenMs, settings.openMs * 2 ** Math.min(state.opened, 20));
  return { ...failed, mode: 'open', opened: state.opened + 1, openUntil: now + openFor, probeUntil: 0 };
}
