import { type DynamoTable, putIf, read } from '../../dynamodb/table.ts';
import {
  afterFailure,
  afterSuccess,
  BREAKER_DEFAULTS,
  type BreakerSettings,
  type BreakerState,
  HEALTHY,
  probing,
  unprobed,
  type Verdict,
  verdictOn,
} from './state.ts';

/** The circuit breakers of all providers, shared by every worker. */
export interface Breakers {
  /** Whether this provider may be used now. Only one caller gets `probe`; it must report the result or cancel the probe. */
  ask(provider: string): Promise<Answer>;
  /** Returns a probe that was not used. A probe of another caller stays. */
  cancelProbe(provider: string, probeUntil: number): Promise<void>;
  succeeded(provider: string): Promise<void>;
  /** `fatal`: the provider accepts nothing from this account, so the breaker opens at once. */
  failed(provider: string, answer: string, fatal?: boolean): Promise<void>;
}

/** `probeUntil` identifies a probe among all probes of its provider. */
export type Answer = { lastAnswer: string } & (
  | Exclude<Verdict, { kind: 'probe' }>
  | { kind: 'probe'; probeUntil: number }
);

/** How old a worker's view may be. In this time a provider that just failed is still tried. */
const VIEW_MS = 1000;
const WRITE_TRIES = 4;

interface View {
  state: BreakerState;
  version: number;
  readAt: number;
}

const breakerKey = (provider: string) => ({ pk: `BREAKER#${provider}`, sk: 'BREAKER' });

/** Breakers in the control table: one item for each provider, changed by compare and swap. A healthy provider costs no write. */
export function createBreakers(table: DynamoTable, settings: BreakerSettings = BREAKER_DEFAULTS): Breakers {
  const { clock } = table;
  const views = new Map<string, View>();

  async function readView(provider: string): Promise<View> {
    const item = await read(table, breakerKey(provider));
    const view = {
      state: (item?.state as BreakerState | undefined) ?? HEALTHY,
      version: Number(item?.version ?? 0),
      readAt: clock.now(),
    };
    views.set(provider, view);
    return view;
  }

  async function recent(provider: string): Promise<View> {
    const view = views.get(provider);
    return view && clock.now() - view.readAt < VIEW_MS ? view : readView(provider);
  }

  /** False when another worker changed the breaker first. */
  async function write(provider: string, from: View, state: BreakerState): Promise<boolean> {
    const version = from.version + 1;
    const unchanged =
      from.version === 0 ? undefined : { condition: '#version = :from', values: { ':from': from.version } };
    const written = await putIf(table, { ...breakerKey(provider), state, version }, unchanged);
    if (written) views.set(provider, { state, version, readAt: clock.now() });
    else views.delete(provider);
    return written;
  }

  /** Writes the state that `next` makes of the current one, unless it makes none. Gives up when others keep changing it. */
  async function change(provider: string, next: (state: BreakerState) => BreakerState | undefined): Promise<void> {
    for (let tried = 0; tried < WRITE_TRIES; tried += 1) {
      const view = await recent(provider);
      const state = next(view.state);
      if (!state || (await write(provider, view, state))) return;
    }
  }

  return {
    async ask(provider) {
      const view = await recent(provider);
      const { lastAnswer } = view.state;
      const now = clock.now();
      const verdict = verdictOn(view.state, now);
      if (verdict.kind !== 'probe') return { ...verdict, lastAnswer };
      const probe = probing(view.state, now, settings);
      if (await write(provider, view, probe)) return { kind: 'probe', probeUntil: probe.probeUntil, lastAnswer };
      // Another worker took the probe, or reported the result of its own.
      const after = verdictOn((await readView(provider)).state, now);
      if (after.kind === 'probe') return { kind: 'skip', retryAt: now + settings.probeMs, lastAnswer };
      return { ...after, lastAnswer };
    },

    cancelProbe: (provider, probeUntil) =>
      change(provider, (state) =>
        state.mode === 'half-open' && state.probeUntil === probeUntil ? unprobed(state, clock.now()) : undefined,
      ),

    succeeded: (provider) =>
      change(provider, (state) => (state.mode === 'closed' && state.failures === 0 ? undefined : afterSuccess())),

    failed: (provider, answer, fatal = false) =>
      change(provider, (state) => afterFailure(state, clock.now(), answer, settings, fatal)),
  };
}
