/** The health of a provider. All times are milliseconds since the epoch. */
export interface BreakerState {
  mode: 'closed' | 'open' | 'half-open';
  /** Failures since the last success, none of them older than the window. */
  failures: number;
  lastFailureAt: number;
  /** How often it opened since it was last closed. Each time it stays open longer. */
  opened: number;
  /** While open: until when. */
  openUntil: number;
  /** While half-open: until when the one probe may take. Then another probe is allowed. */
  probeUntil: number;
  /** The provider's last answer, which emails that wait for it report. */
  lastAnswer: string;
}

export interface BreakerSettings {
  /** Consecutive failures that open it. */
  threshold: number;
  /** Older failures no longer count. */
  windowMs: number;
  /** How long it stays open the first time. Doubled each further time. */
  openMs: number;
  maxOpenMs: number;
  /** How long one probe may take. */
  probeMs: number;
}

export const BREAKER_DEFAULTS: BreakerSettings = {
  threshold: 5,
  windowMs: 60_000,
  openMs: 5_000,
  // A provider that recovers is used again after this time at the latest. A probe every half minute costs little.
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

/** `pass`: use the provider. `probe`: the worker that writes `probing` first may try it. `skip`: not before `retryAt`. */
export type Verdict = { kind: 'pass' } | { kind: 'probe' } | { kind: 'skip'; retryAt: number };

export function verdictOn(state: BreakerState, now: number): Verdict {
  if (state.mode === 'closed') return { kind: 'pass' };
  const until = state.mode === 'open' ? state.openUntil : state.probeUntil;
  return now >= until ? { kind: 'probe' } : { kind: 'skip', retryAt: until };
}

/** The state while a probe is under way. */
export function probing(state: BreakerState, now: number, { probeMs }: BreakerSettings): BreakerState {
  return { ...state, mode: 'half-open', probeUntil: now + probeMs };
}

/** The state after a cancelled probe: the next probe may start at once. */
export function unprobed(state: BreakerState, now: number): BreakerState {
  return { ...state, mode: 'open', openUntil: now, probeUntil: 0 };
}

/** The provider answered, so it is up, even if it refused the message. */
export function afterSuccess(): BreakerState {
  return HEALTHY;
}

/** The provider failed. `fatal` opens the breaker at once. */
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
  // The call began before the breaker opened, so its failure must not keep the breaker open longer.
  if (state.mode === 'open' && now < state.openUntil) return failed;
  const opens = fatal || state.mode !== 'closed' || failures >= settings.threshold;
  if (!opens) return failed;
  const openFor = Math.min(settings.maxOpenMs, settings.openMs * 2 ** Math.min(state.opened, 20));
  return { ...failed, mode: 'open', opened: state.opened + 1, openUntil: now + openFor, probeUntil: 0 };
}
