import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoTable, read, updateIf } from '../dynamodb/table.ts';
import { limiterKey } from '../ledger/keys.ts';
import type { Telemetry } from '../telemetry.ts';
import { spacingOf, type WindowLimit, windowSpacingOf } from './spacing.ts';
import { type LimiterItem, readLimiter, toLimiter } from './state.ts';

/** The source of a limiter's rate. */
export type RateSource =
  | {
      kind: 'account';
      /** Asks the provider's API what it allows per second. */
      allowed(): Promise<number>;
      /** The rate per second that the deployment sets; 0 asks the provider. */
      deployed: number;
      /** Which part of the provider's rate is used. */
      headroom: number;
    }
  | { kind: 'window'; window: WindowLimit };

export interface RateOf {
  table: DynamoTable;
  name: string;
  source: RateSource;
  telemetry: Telemetry;
}

/** The limiters of campaigns. Dry runs have one of their own, so that they do not delay real campaigns. */
export const CAMPAIGN_LIMITERS = ['ses', 'dry-run'] as const;
export type CampaignLimiter = (typeof CAMPAIGN_LIMITERS)[number];
export const campaignLimiter = (dryRun: boolean): CampaignLimiter => (dryRun ? 'dry-run' : 'ses');

/** An older rate is looked up again. GetAccount has a quota of one call a second for the whole account. */
export const FRESH_MS = 3_000;
/** A rate that is older than this is looked up before it is used. */
export const STALE_MS = 30_000;
/** How long the rate of another deployment may stay in force. */
const SETTING_MS = 1_000;
/** The rate of a new SES account, used while nothing else is known. */
const SANDBOX_PER_SECOND = 1;

/** The rate in force, from the operator's, the deployment's and the provider's rate. */
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
  // A time in the future was written before the clock was set back.
  const age = Math.abs(now - state.checkedAt);
  // During a deployment two settings are in force side by side. They must not trigger each other's lookups without end.
  return age < within && (state.deployed === source.deployed || age < SETTING_MS);
}

/** Looks the rate up, unless another worker is doing it. A conditional write of `checkedAt` decides which worker asks the provider. */
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
    telemetry.warn('The provider did not return its rate; the last known rate stays in force', {
      limiter: name,
      error,
    });
    return state.allowed;
  }
}

/** Writes the rate in force. It does not overwrite a setting that the operator changes in the meantime. */
async function writeRate(rate: RateOf, state: LimiterItem, allowed: number): Promise<void> {
  const { table, name, source, telemetry } = rate;
  const now = table.clock.now();
  const deployed = source.kind === 'account' ? source.deployed : 0;
  // The rate of a new deployment replaces what an operator set under the old one.
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
  if (written) {
    const after = toLimiter(written);
    // Only the worker that looked the rate up reports it, so this is one line of log in three seconds at most.
    if (source.kind === 'account') {
      telemetry.gauge('RateAllowed', after.perSecond, name);
      telemetry.gauge('RateUsed', usedPerSecond(after, now), name);
    }
    return;
  }
  const existing = await read(table, limiterKey(name));
  if (existing) await writeRate(rate, toLimiter(existing), allowed);
}

/** The limiter with a rate that is at most `within` milliseconds old. Looks it up first when needed. */
export async function freshLimiter(rate: RateOf, within = FRESH_MS): Promise<LimiterItem> {
  const { table, name } = rate;
  for (;;) {
    const state = await readLimiter(table, name);
    if (state && isFresh(rate, state, table.clock.now(), within)) return state;
    await refreshRate(rate, state);
    const after = await readLimiter(table, name);
    if (after && (state || isFresh(rate, after, table.clock.now(), within))) return after;
    // Another worker is making the first lookup.
    await table.clock.sleep(25);
  }
}

/** Sets the rate, or with 0 returns to the rate of the deployment and the provider. It holds for every new slot at once. */
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

/** Drops what an operator set, as if nothing had been set. The next reader looks the rate up. */
export async function dropConfiguredRate(table: DynamoTable, name: string): Promise<void> {
  await updateIf(table, {
    key: limiterKey(name),
    update: 'SET #configured = :zero, #checkedAt = :zero',
    condition: 'attribute_exists(#configured)',
    values: { ':zero': 0 },
  });
}

/** Slots that were reserved per second lately. */
export function usedPerSecond(state: LimiterItem, now: number): number {
  // The last slot is past, so nothing is being sent.
  if (state.next < now - FRESH_MS || now <= state.earlierAt) return 0;
  const used = ((state.taken - state.earlierTaken) * 1000) / (now - state.earlierAt);
  return Math.min(state.perSecond, Math.round(used * 10) / 10);
}
