import type { Clock } from '../clock.ts';
import { PregonError } from '../errors.ts';
import type { Lease, LedgerRow } from '../ledger/send.ts';
import type { Claim } from '../ledger/transitions.ts';
import type { Channel, Job, Outcome, Route } from './job.ts';
import { NoSlotAvailable, type SendPermit } from './provider.ts';
import { record, releaseLease } from './record.ts';
import { type Slot, SlotReservations } from './slot-reservations.ts';
import { type DeliveryDeps, refused, type Sent } from './steps.ts';

/** Longer than the function's timeout and its last send; an expired lease is never taken over. */
export const LEASE_MS = 30_000;
/** What a send, its record and the answers may take after the slot: no slot is taken later than this before the deadline. */
const AFTER_SLOT_MS = 5_500;
/** A claim that takes longer is given up: what is left of the function's time must do for giving back and sending. */
const CLAIM_MS = 1_500;

interface Batch<J extends Job, M> {
  channel: Channel<J, M>;
  deps: DeliveryDeps;
  slots(route: Route<M>): SlotReservations;
  contents: Promise<Map<string, string>>;
}

/**
 * Delivers the jobs of one batch, all at once, each at its own slot, and tells what became of each as soon as it is known. What does
 * not fit before the deadline (milliseconds since the epoch) is postponed.
 */
export async function deliver<J extends Job, M>(
  jobs: readonly J[],
  channel: Channel<J, M>,
  deps: DeliveryDeps,
  { deadline, done }: { deadline: number; done(job: J, outcome: Outcome): void },
): Promise<void> {
  const until = deadline - AFTER_SLOT_MS;
  const reserved = new Map<string, { slots: SlotReservations; route: Route<M> }>();
  const batch: Batch<J, M> = {
    channel,
    deps,
    contents: channel.content ? Promise.resolve(new Map()) : deps.ledger.contents(jobs.map((job) => job.row)),
    slots(route) {
      const key = `${route.limiter.name} ${route.priority}`;
      const existing = reserved.get(key);
      if (existing) return existing.slots;
      const slots = new SlotReservations({ ...route, clock: deps.clock, until, latency: deps.latency.reserve });
      reserved.set(key, { slots, route });
      return slots;
    },
  };
  // A failure is each job's own: it is met where the content is awaited.
  batch.contents.catch(() => undefined);
  await Promise.all(jobs.map(async (job) => done(job, await deliverOne(job, batch))));
  await Promise.all([...reserved.values()].map(({ route }) => route.limiter.idle()));
}

/** One job, step by step: reserve, check, claim, send, record. */
async function deliverOne<J extends Job, M>(job: J, batch: Batch<J, M>): Promise<Outcome> {
  const { channel, deps } = batch;
  const { clock, latency } = deps;
  try {
    const route = await channel.route(job);
    if (typeof route === 'string') return refused(route);
    if ('holdMs' in route) return { kind: 'postponed', delayMs: route.holdMs, why: 'hold' };

    const content = await contentOf(job, batch);
    if (content === undefined) return refused('missing');
    const message = channel.render(job, content);

    for (;;) {
      // Where slots are free at once most rows make the first; where they are far ahead nearly all have time to be ready.
      const slot = await batch.slots(route).reserve(latency.claim.usual);
      if ('retryAt' in slot) return postponed(slot, clock);
      await clock.sleep(Math.max(0, slot.at - latency.claim.expected - clock.now()));

      const verdict = await channel.check(job);
      if (verdict !== 'go') return refused(verdict);
      // Nothing is claimed for a slot that is over.
      if (clock.now() > slot.at) continue;
      const outcome = await attempt(job, batch, route, message);
      if (outcome) return outcome;
    }
  } catch (error) {
    deps.telemetry.error('A row could not be worked on', { ...job.row, error });
    return { kind: 'fault', error };
  }
}

/** Claims, sends and records. Undefined where no slot could be met: nothing was sent, and the row waits for the next unclaimed. */
async function attempt<J extends Job, M>(
  job: J,
  batch: Batch<J, M>,
  route: Route<M>,
  message: (row: LedgerRow) => M,
): Promise<Outcome | undefined> {
  const { channel, deps } = batch;
  const leaseId = deps.newId();
  const lease: Lease = { leaseId, leaseUntil: deps.clock.now() + LEASE_MS };
  const claimed = await claim(job, { lease, provider: route.provider.name }, deps);
  if (claimed.result !== 'claimed') return unclaimed(job, claimed, deps);

  const { row } = claimed;
  const sent = await send(batch, route, { row, message: message(row) });
  if (sent) return record(job, channel, deps, { row, leaseId, sent });
  await releaseLease(deps, row, leaseId, { countAttempt: false });
  return undefined;
}

async function claim(
  job: Job,
  { lease, provider }: { lease: Lease; provider: string },
  { ledger, clock, telemetry, latency }: DeliveryDeps,
): Promise<Claim> {
  const started = clock.now();
  try {
    const claimed = await ledger.claim(job.row, lease, { provider, signal: AbortSignal.timeout(CLAIM_MS) });
    latency.claim.add(clock.now() - started);
    telemetry.duration('ClaimLatency', clock.now() - started);
    return claimed;
  } catch (error) {
    // Nobody knows whether it was made: left behind, it would make the row unconfirmed though nothing was sent.
    await ledger.release(job.row, lease.leaseId, { countAttempt: false });
    throw error;
  }
}

/** Sends at the batch's next slot; undefined where none could be met. */
async function send<J extends Job, M>(
  batch: Batch<J, M>,
  route: Route<M>,
  { row, message }: { row: LedgerRow; message: M },
): Promise<Sent | undefined> {
  const { clock, telemetry } = batch.deps;
  const { provider } = route;
  let left = clock.now();
  const permit = permitFor(batch, route, (late) => {
    left = clock.now();
    telemetry.duration('SlotLateness', late);
  });
  try {
    const { messageId } = await provider.send(message, permit);
    telemetry.duration('ProviderLatency', clock.now() - left);
    return { accepted: { provider: provider.name, messageId } };
  } catch (error) {
    if (error instanceof NoSlotAvailable) return undefined;
    return { error: asDeliveryError(error, row), provider: provider.name };
  }
}

/** Lets the prepared request through at the batch's next slot that can be met; closes where there is none. */
function permitFor<J extends Job, M>(
  batch: Batch<J, M>,
  route: Route<M>,
  passed: (lateMs: number) => void,
): SendPermit {
  const { clock, telemetry } = batch.deps;
  const slots = batch.slots(route);
  const missed = () => telemetry.count('SlotMissed');
  return async () => {
    for (let slot = slots.take(missed); slot !== undefined; slot = slots.take(missed)) {
      await clock.sleep(Math.max(0, Math.ceil(slot - clock.now())));
      const met = slots.isMet(slot);
      slots.note(!met);
      if (met) return passed(clock.now() - slot);
      missed();
    }
    throw new NoSlotAvailable();
  };
}

/** An error that a provider did not classify says nothing about what left. */
const asDeliveryError = (error: unknown, row: LedgerRow): PregonError =>
  error instanceof PregonError
    ? error
    : new PregonError(
        'DeliveryUnconfirmed',
        `Sending ${row.sendId} ended in an unknown way: ${error}`,
        {},
        { cause: error },
      );

async function unclaimed(job: Job, claim: Exclude<Claim, { result: 'claimed' }>, deps: DeliveryDeps): Promise<Outcome> {
  deps.telemetry.count('Duplicate');
  switch (claim.result) {
    case 'missing':
      return { kind: 'missing' };
    case 'pending':
      return { kind: 'not-queued', row: claim.row };
    case 'leased':
      return { kind: 'leased', row: claim.row, lease: claim.lease };
    case 'expired': {
      const row = await deps.ledger.expire(job.row, claim.lease);
      deps.telemetry.count('Unconfirmed');
      return { kind: 'already', row: row ?? claim.row };
    }
    default:
      return { kind: 'already', row: claim.row };
  }
}

async function contentOf<J extends Job, M>(job: J, { channel, contents }: Batch<J, M>): Promise<string | undefined> {
  // Transactional email has one content for all rows of a batch.
  if (channel.content) return channel.content(job);
  return (await contents).get(`${job.row.batchId}-${job.row.rowNumber}`);
}

const postponed = (slot: Extract<Slot, { retryAt: number }>, clock: Clock): Outcome & { kind: 'postponed' } => ({
  kind: 'postponed',
  delayMs: Math.max(0, slot.retryAt - clock.now()),
  why: 'no-slot',
});
