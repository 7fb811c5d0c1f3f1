import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoTable, read, updateIf } from '../dynamodb/table.ts';
import { limiterKey } from '../ledger/keys.ts';
import type { Telemetry } from '../telemetry.ts';
import { spacingOf, type WindowLimit, windowSpacingOf } from './spacing.ts';
import { type LimiterItem, readLimiter, toLimiter } from './state.ts';

/** Where a limiter's rate comes from. */
export type RateSource =
  | {
      kind: 'account';
      /** What the provider allows per second, from its API. */
      allowed(): Promise<number>;
      /** The deployment's own rate per second; 0 asks the provider. */
      deployed: number;
      /** The part of what the provider allows that is used. */
      headroom: number;
    }
  | { kind: 'window'; window: WindowLimit };

export interface RateOf {
  table: DynamoTable;
  name: string;
  source: RateSource;
  telemetry: Telemetry;
}

/** A rate is looked up again when it is older: SES answers GetAccount once a second for the whole account. */
export const FRESH_MS = 3_000;
/** A rate this old is looked up before it is used. */
export const STALE_MS = 30_000;
/** How long another deployment's rate may stand. */
const SETTING_MS = 1_000;
/** What a new SES account may send: used where nothing is known. */
const SANDBOX_PER_SECOND = 1;

/** The rate in force, from all that is known about it. */
export function effectiveRate(
  source: RateSource,
  { configured, allowed }: Pick<LimiterItem, 'configured' | 'allowed'>,
): { perSecond: number; spacing: number } {
  if (source.kind === 'window') {
    const spacing = windowSpacingOf(source.window);
    return { perSecond: 1000 / spacing, spacing };
  }
  const wanted = configured || source.deployed;
  const perSecond = wanted
    ? Math.min(wanted, allowed || wanted)
    : (allowed || SANDBOX_PER_SECOND) * (allowed ? source.headroom : 1);
  return { perSecond, spacing: spacingOf(perSecond) };
}

export function isFresh({ source }: RateOf, state: LimiterItem, now: number, within: number): boolean {
  if (source.kind === 'window') return state.spacing === windowSpacingOf(source.window);
  // A time in the future is of a clock that was set back since.
  const age = Math.abs(now - state.checkedAt);
  // While a deployment goes on two settings are in force side by side: they must not look up in turns without end.
  return age < within && (state.deployed === source.deployed || age < SETTING_MS);
}

/** Looks the rate up, unless another worker has begun to: a stamp by condition decides who asks the provider. */
export async function refreshRate(rate: RateOf, seen: LimiterItem | undefined): Promise<void> {
  const { table, name } = rate;
  const now = table.clock.now();
  const stamp = await updateIf(table, {
    key: limiterKey(name),
    update: 'SET #checkedAt = :now',
    condition: seen ? '#checkedAt = :seen' : 'attribute_not_exists(#checkedAt) OR #checkedAt < :over',
    values: { ':now': now, ...(seen ? { ':seen': seen.checkedAt } : { ':over': now - FRESH_MS }) },
  });
  if (!stamp) return;
  const allowed = await allowedBy(rate, toLimiter(stamp));
  await writeRate(rate, toLimiter(stamp), allowed);
}

async function allowedBy({ source, telemetry, name }: RateOf, state: LimiterItem): Promise<number> {
  if (source.kind === 'window') return 0;
  try {
    return await source.allowed();
  } catch (error) {
    telemetry.warn('The provider did not say what it allows: the last known rate stays', { limiter: name, error });
    return state.allowed;
  }
}

/** Writes the rate in force. An operator's setting that changes meanwhile is seen, not overwritten. */
async function writeRate(rate: RateOf, state: LimiterItem, allowed: number): Promise<void> {
  const { table, name, source } = rate;
  const now = table.clock.now();
  const deployed = source.kind === 'account' ? source.deployed : 0;
  // A new deployment's rate ends what an operator set under the old one.
  const configured = state.deployed === deployed ? state.configured : 0;
  const effective = effectiveRate(source, { configured, allowed });
  const written = await updateIf(table, {
    key: limiterKey(name),
    update:
      'SET #spacing = :spacing, #perSecond = :perSecond, #allowed = :allowed, #configured = :configured, ' +
      '#deployed = :deployed, #next = if_not_exists(#next, :zero), #reservedNext = if_not_exists(#reservedNext, :zero), ' +
      '#campaignAt = if_not_exists(#campaignAt, :zero), #taken = if_not_exists(#taken, :zero), ' +
      '#earlierAt = if_not_exists(#sampleAt, :now), #earlierTaken = if_not_exists(#sampleTaken, :zero), ' +
      '#sampleAt = :now, #sampleTaken = if_not_exists(#taken, :zero)',
    condition: 'attribute_not_exists(#configured) OR #configured = :seen',
    values: {
      ':spacing': effective.spacing,
      ':perSecond': effective.perSecond,
      ':allowed': allowed,
      ':configured': configured,
      ':deployed': deployed,
      ':seen': state.configured,
      ':zero': 0,
      ':now': now,
    },
  });
  if (written) return;
  const existing = await read(table, limiterKey(name));
  if (existing) await writeRate(rate, toLimiter(existing), allowed);
}

/** The limiter with a rate no older than `within`, looked up first where needed. */
export async function freshLimiter(rate: RateOf, within = FRESH_MS): Promise<LimiterItem> {
  const { table, name } = rate;
  for (;;) {
    const state = await readLimiter(table, name);
    if (state && isFresh(rate, state, table.clock.now(), within)) return state;
    await refreshRate(rate, state);
    const after = await readLimiter(table, name);
    if (after && (state || isFresh(rate, after, table.clock.now(), within))) return after;
    // Somebody else looks it up for the first time.
    await table.clock.sleep(25);
  }
}

/** Sets the rate, or with 0 gives it back to the deployment and the provider. In force at once for every new slot. */
export async function configureRate(rate: RateOf, perSecond: number): Promise<LimiterItem> {
  const state = await freshLimiter(rate);
  const effective = effectiveRate(rate.source, { configured: perSecond, allowed: state.allowed });
  await rate.table.client.send(
    new UpdateCommand({
      TableName: rate.table.tableName,
      Key: limiterKey(rate.name),
      UpdateExpression: 'SET configured = :configured, perSecond = :perSecond, spacing = :spacing',
      ExpressionAttributeValues: {
        ':configured': perSecond,
        ':perSecond': effective.perSecond,
        ':spacing': effective.spacing,
      },
    }),
  );
  return { ...state, configured: perSecond, ...effective };
}

/** Slots handed out per second in the last seconds. */
export function usedPerSecond(state: LimiterItem, now: number): number {
  // The last slot is past: nothing is sent.
  if (state.next < now - FRESH_MS || now <= state.earlierAt) return 0;
  const used = ((state.taken - state.earlierTaken) * 1000) / (now - state.earlierAt);
  return Math.min(state.perSecond, Math.round(used * 10) / 10);
}
