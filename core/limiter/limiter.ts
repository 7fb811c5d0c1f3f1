import { type DynamoTable, type Item, updateIf } from '../dynamodb/table.ts';
import { limiterKey } from '../ledger/keys.ts';
import {
  type Ask,
  type Attempt,
  CAMPAIGN_HORIZON_MS,
  type Decision,
  decide,
  isTooFarAhead,
  slotsOf,
} from './allocate.ts';
import { FRESH_MS, freshLimiter, isFresh, type RateOf, type RateSource, refreshRate, STALE_MS } from './rate.ts';
import { lateRowsOf, SLOT_TOLERANCE_MS } from './spacing.ts';
import { type LimiterItem, readLimiter, toLimiter } from './state.ts';

export type Reservation = { slots: number[] } | { retryAt: number };

/** The limiter of a provider, shared by all workers. Its slots are never closer together than the rate allows. */
export interface Limiter {
  readonly name: string;
  /** The longest delay of a send after its slot. The spacing allows for it. */
  readonly toleranceMs: number;
  /** While this process has at most so many rows with a slot, they may be sent later than that. None by default. */
  lateRows?(): number;
  /**
   * Reserves up to n slots between `earliest` and `until` (milliseconds, with fractions), and up to `spare` more while nobody waits
   * for them. Resolves to their times, or to when to ask again.
   */
  reserve(ask: Omit<Ask, 'now'>): Promise<Reservation>;
  /** Resolves when no lookup runs in the background any more, because a Lambda is frozen once it has answered. */
  idle(): Promise<void>;
}

/** A reservation that loses against other workers is tried again. This many losses in a row mean that something is wrong. */
const MAX_ROUNDS = 50;

/** A limiter in the control table: one item for each name. With `processes`, the most that send rows at once, rows may be late at high rates. */
export function createLimiter(rate: RateOf, { processes }: { processes?: number } = {}): Limiter {
  const { table, name, telemetry } = rate;
  let seen: { state: LimiterItem; at: number } | undefined;
  let lookup: Promise<void> | undefined;

  function refreshInBackground(state: LimiterItem) {
    if (lookup || isFresh(rate, state, table.clock.now(), FRESH_MS)) return;
    lookup = refreshRate(rate, state)
      .catch((error: unknown) => telemetry.warn('The rate could not be refreshed', { limiter: name, error }))
      .finally(() => {
        lookup = undefined;
      });
  }

  async function current(): Promise<LimiterItem> {
    const now = table.clock.now();
    if (seen && now - seen.at < STALE_MS) return seen.state;
    return see(await freshLimiter(rate, STALE_MS));
  }

  function see(state: LimiterItem): LimiterItem {
    seen = { state, at: table.clock.now() };
    refreshInBackground(state);
    return state;
  }

  return {
    name,
    toleranceMs: toleranceOf(rate.source),

    lateRows: () => (seen && processes !== undefined ? lateRowsOf(seen.state.spacing, processes) : 0),

    async reserve(request) {
      let state = await setBackIfTooFar(table, name, await current());
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const ask: Ask = { ...request, now: table.clock.now() };
        // The first plan uses the state that this worker saw last. Others reserved since, which an extension allows for.
        const decision = round === 0 ? decideOnLikely(state, ask) : decide(state, ask);
        if ('attempt' in decision) {
          const after = await make(table, name, decision.attempt);
          if (after) return { slots: slotsOf(decision.attempt, see(toLimiter(after)).next) };
        } else if (round > 0) {
          await noteRefused(table, name, state, ask);
          return decision;
        }
        const existing = await readLimiter(table, name);
        state = see(await setBackIfTooFar(table, name, existing ?? (await freshLimiter(rate, STALE_MS))));
      }
      telemetry.warn('No reservation succeeded', { limiter: name, rounds: MAX_ROUNDS });
      return { retryAt: table.clock.now() + CAMPAIGN_HORIZON_MS / 4 };
    },

    idle: async () => lookup,
  };
}

const toleranceOf = (source: RateSource): number =>
  (source.kind === 'window' ? source.window.jitterMs : undefined) ?? SLOT_TOLERANCE_MS;

/** While others reserve too, `next` is somewhere before the horizon. An extension by all n slots, without spares, is worth a try. */
const decideOnLikely = (state: LimiterItem, ask: Ask): Decision =>
  state.next > ask.earliest
    ? decide({ ...state, next: ask.earliest + state.spacing }, { ...ask, spare: 0 })
    : decide(state, ask);

/** Makes the attempt. Resolves to the state after it, or to undefined when its condition did not hold. */
function make(table: DynamoTable, name: string, attempt: Attempt): Promise<Item | undefined> {
  const conditions = ['#spacing = :spacing'];
  const changes = ['#taken = #taken + :n'];
  const values: Item = { ':spacing': attempt.spacing, ':n': attempt.n, ':earliest': attempt.earliest };

  if (attempt.kind === 'extend') {
    conditions.push('#next > :earliest', '#next <= :latest');
    changes.push('#next = #next + :step');
    values[':latest'] = attempt.latestNext;
    values[':step'] = round(attempt.n * attempt.spacing);
  } else {
    conditions.push('#next <= :earliest');
    changes.push('#next = :next');
    values[':next'] = round(attempt.earliest + attempt.n * attempt.spacing);
  }
  if (attempt.reservedShare) {
    conditions.push('#reservedNext = :reservedFrom');
    changes.push('#reservedNext = :reservedTo');
    values[':reservedFrom'] = attempt.reservedShare.from;
    values[':reservedTo'] = attempt.reservedShare.to;
  }
  if (attempt.noCampaignSince !== undefined) {
    conditions.push('#campaignAt <= :since');
    values[':since'] = attempt.noCampaignSince;
  }
  if (attempt.priority === 'campaign') {
    changes.push('#campaignAt = :now');
    values[':now'] = attempt.now;
  }
  return updateIf(table, {
    key: limiterKey(name),
    update: `SET ${changes.join(', ')}`,
    condition: conditions.join(' AND '),
    values,
  });
}

/** When the clock was set back, nothing would be sent until it reaches the slots that were reserved before. */
async function setBackIfTooFar(table: DynamoTable, name: string, state: LimiterItem): Promise<LimiterItem> {
  const now = table.clock.now();
  if (!isTooFarAhead(state, now)) return state;
  const after = await updateIf(table, {
    key: limiterKey(name),
    update: 'SET #next = :now, #reservedNext = :now, #campaignAt = :zero',
    condition: '#next = :seen',
    values: { ':now': now, ':zero': 0, ':seen': state.next },
  });
  return after ? toLimiter(after) : state;
}

/** A refused campaign still counts as active, so that transactional mail keeps to its reserved share. */
async function noteRefused(table: DynamoTable, name: string, state: LimiterItem, ask: Ask): Promise<void> {
  if (ask.priority !== 'campaign' || ask.now - state.campaignAt < 500) return;
  await updateIf(table, {
    key: limiterKey(name),
    update: 'SET #campaignAt = :now',
    condition: '#campaignAt < :now',
    values: { ':now': ask.now },
  });
}

/** A double holds a time in milliseconds exactly with four decimal places. */
const round = (ms: number) => Math.round(ms * 10_000) / 10_000;
