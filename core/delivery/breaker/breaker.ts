import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoTable, read } from '../../dynamodb/table.ts';
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

/** The breakers of all providers, shared by every worker. */
export interface Breakers {
  /** May this provider be used now? `probe` is answered to one caller alone, which must report how it went, or give it back. */
  ask(provider: string): Promise<Answer>;
  /** Nothing came of a probe: the provider was not asked. Somebody else's probe stays. */
  cancelProbe(provider: string, probeUntil: number): Promise<void>;
  succeeded(provider: string): Promise<void>;
  /** `fatal`: nothing of this account is taken, so it opens at once. */
  failed(provider: string, answer: string, fatal?: boolean): Promise<void>;
}

/** `probeUntil` tells a probe from every other one of its provider. */
export type Answer = { lastAnswer: string } & (
  | Exclude<Verdict, { kind: 'probe' }>
  | { kind: 'probe'; probeUntil: number }
);

/** How old a worker's view may be: a provider that just failed gets some more tries within it. */
const VIEW_MS = 1000;
const WRITES = 4;

interface View {
  state: BreakerState;
  version: number;
  readAt: number;
}

const breakerKey = (provider: string) => ({ pk: `BREAKER#${provider}`, sk: 'BREAKER' });

/** Breakers in the ledger's table: one item per provider, changed by compare and swap. A healthy provider costs no write. */
export function createBreakers(table: DynamoTable, settings: BreakerSettings = BREAKER_DEFAULTS): Breakers {
  const views = new Map<string, View>();

  async function readView(provider: string): Promise<View> {
    const item = await read(table, breakerKey(provider));
    const view = {
      state: (item?.state as BreakerState | undefined) ?? HEALTHY,
      version: Number(item?.version ?? 0),
      readAt: table.clock.now(),
    };
    views.set(provider, view);
    return view;
  }

  async function recent(provider: string): Promise<View> {
    const view = views.get(provider);
    return view && table.clock.now() - view.readAt < VIEW_MS ? view : readView(provider);
  }

  /** False when somebody else changed it first. */
  async function write(provider: string, from: View, state: BreakerState): Promise<boolean> {
    const version = from.version + 1;
    try {
      await table.client.send(
        new PutCommand({
          TableName: table.tableName,
          Item: { ...breakerKey(provider), state, version },
          ConditionExpression: from.version === 0 ? 'attribute_not_exists(pk)' : '#version = :from',
          ...(from.version === 0
            ? {}
            : {
                ExpressionAttributeNames: { '#version': 'version' },
                ExpressionAttributeValues: { ':from': from.version },
              }),
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      views.delete(provider);
      return false;
    }
    views.set(provider, { state, version, readAt: table.clock.now() });
    return true;
  }

  return {
    async ask(provider) {
      const view = await recent(provider);
      const { lastAnswer } = view.state;
      const now = table.clock.now();
      const verdict = verdictOn(view.state, now);
      if (verdict.kind !== 'probe') return { ...verdict, lastAnswer };
      const probe = probing(view.state, now, settings);
      if (await write(provider, view, probe)) return { kind: 'probe', probeUntil: probe.probeUntil, lastAnswer };
      // Another worker took the probe, or has reported how its own went.
      const after = verdictOn((await readView(provider)).state, now);
      if (after.kind === 'probe') return { kind: 'skip', retryAt: now + settings.probeMs, lastAnswer };
      return { ...after, lastAnswer };
    },

    async cancelProbe(provider, probeUntil) {
      for (let attempt = 0; attempt < WRITES; attempt += 1) {
        const view = await recent(provider);
        if (view.state.mode !== 'half-open' || view.state.probeUntil !== probeUntil) return;
        if (await write(provider, view, unprobed(view.state, table.clock.now()))) return;
      }
    },

    async succeeded(provider) {
      for (let attempt = 0; attempt < WRITES; attempt += 1) {
        const view = await recent(provider);
        if (view.state.mode === 'closed' && view.state.failures === 0) return;
        if (await write(provider, view, afterSuccess())) return;
      }
    },

    async failed(provider, answer, fatal = false) {
      for (let attempt = 0; attempt < WRITES; attempt += 1) {
        const view = await recent(provider);
        const state = afterFailure(view.state, table.clock.now(), answer, settings, fatal);
        if (await write(provider, view, state)) return;
      }
    },
  };
}
