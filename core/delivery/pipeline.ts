import { type Clock, withTimeout } from '../clock.ts';
import { isTemporary, PregonError } from '../errors.ts';
import type { Lease, LedgerRow } from '../ledger/send.ts';
import { type Claim, LEASE_MS } from '../ledger/transitions.ts';
import type { Channel, DeliveryDeps, Job, Outcome, Refusal, Route } from './channel.ts';
import { NoSlotAvailable, type SendPermit } from './provider.ts';
import { record, recordError, releaseLease, type Sent } from './record.ts';
import { type Slot, SlotReservations } from './slot-reservations.ts';

/** The longest that a send, its record and the answers take after the slot. No slot is reserved later than this before the deadline. */
const AFTER_SLOT_MS = 5_500;
/** A claim that takes longer is aborted. The time left must be enough to release it and to send the other rows. */
const CLAIM_TIMEOUT_MS = 1_500;
/** A row is claimed at most this long before it must be, so that the rows of the next slots share its call. */
const CLAIM_AHEAD_MS = 100;
/**
 * A claimed row that missed its slot takes another one that is at most this far ahead, so often. So it holds its claim for 0.3 s more at
 * most. At a rate above what the machine can do, the slots of a batch are at the same moment, and most are missed.
 */
const NEXT_SLOT_WITHIN_MS = 100;
const NEXT_SLOT_TRIES = 3;
/** How long a job waits whose channel says `hold`. */
const HOLD_MS = 5_000;
/** How long a job waits for a service that is busy. It was asked again for seconds before. */
const BUSY_MS = 2_000;

interface Batch<J extends Job, M> {
  channel: Channel<J, M>;
  deps: DeliveryDeps;
  slots(route: Route<M>): SlotReservations;
  contents: Promise<Map<string, string>>;
  turns: Turns;
  /** Called when a job has been sent, or ends without. Once none is left, outcomes are written without waiting for others. */
  sent(job: J): void;
}

/**
 * Delivers the jobs of one batch concurrently, each at its own slot, and answers each as soon as its outcome is known. Jobs that do not
 * fit before the deadline (milliseconds since the epoch) are postponed. Resolves to the jobs whose messages must stay in the queue.
 */
export async function deliver<J extends Job, M>(
  received: readonly J[],
  channel: Channel<J, M>,
  deps: DeliveryDeps,
  deadline: number,
): Promise<J[]> {
  const jobs = (await channel.wanted?.(received)) ?? received;
  if (jobs.length === 0) return [];
  const known = (await channel.known?.(jobs)) ?? new Map<J, Outcome>();
  const until = deadline - AFTER_SLOT_MS;
  const reserved = new Map<string, { slots: SlotReservations; route: Route<M> }>();
  const unsent = new Set(jobs);
  const batch: Batch<J, M> = {
    channel,
    deps,
    contents: channel.content
      ? Promise.resolve(new Map())
      : deps.ledger.contents(jobs.filter((job) => !known.has(job)).map((job) => job.row)),
    slots(route) {
      const key = `${route.limiter.name} ${route.priority}`;
      const existing = reserved.get(key);
      if (existing) return existing.slots;
      const slots = new SlotReservations({ ...route, clock: deps.clock, until, latency: deps.latency.reserve });
      reserved.set(key, { slots, route });
      return slots;
    },
    turns: new Turns(deps.clock),
    sent(job) {
      if (unsent.delete(job) && unsent.size === 0) setImmediate(() => deps.ledger.flush());
    },
  };
  // Each job that awaits the contents gets the failure itself.
  batch.contents.catch(() => undefined);
  const answers = channel.answers();
  await Promise.all(
    jobs.map(async (job) => {
      const outcome = known.get(job) ?? (await deliverOne(job, batch));
      batch.sent(job);
      answers.add(job, outcome);
    }),
  );
  const kept = await answers.end();
  await Promise.all([...reserved.values()].map(({ route }) => route.limiter.idle()));
  return kept;
}

/** A reason of its own costs less than the exception that an abort makes otherwise. */
const DUE = 'due';

/** Lets rows claim together: when the first one is due, those that are due soon go along. */
class Turns {
  readonly #clock: Clock;
  readonly #waiting = new Set<{ due: number; go: AbortController }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves at this time (milliseconds since the epoch), or up to `CLAIM_AHEAD_MS` earlier. */
  async wait(due: number): Promise<void> {
    const turn = { due, go: new AbortController() };
    this.#waiting.add(turn);
    const { signal } = turn.go;
    await this.#clock.sleep(Math.max(0, due - this.#clock.now()), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    this.#waiting.delete(turn);
    const soon = this.#clock.now() + CLAIM_AHEAD_MS;
    for (const other of this.#waiting) if (other.due <= soon) other.go.abort(DUE);
  }
}

/** Delivers one job: reserve, check, claim, send, record. */
async function deliverOne<J extends Job, M>(job: J, batch: Batch<J, M>): Promise<Outcome> {
  const { channel, deps } = batch;
  const { clock, latency } = deps;
  try {
    const route = await channel.route(job);
    if (typeof route === 'string') return refused(route);
    if ('holdMs' in route) return { kind: 'postponed', delayMs: route.holdMs, why: 'hold' };

    const content = await contentOf(job, batch);
    if (content === undefined) return refused('missing');
    const message = renderer(job, content, channel);

    for (;;) {
      // `usual` is enough here: a row that needs longer misses this slot and reserves another one.
      const slot = await batch.slots(route).reserve(latency.claim.usual, job.postponed);
      if ('retryAt' in slot) return postponed(slot, clock);
      try {
        await batch.turns.wait(slot.at - latency.claim.expected);

        const verdict = await channel.check?.(job);
        if (verdict !== undefined && verdict !== 'go') return refused(verdict);
        if (!batch.slots(route).isWorthClaim(slot.at)) continue;
        const outcome = await attempt(job, batch, route, message, slot.leave);
        if (outcome) return outcome;
      } finally {
        slot.leave();
      }
    }
  } catch (error) {
    if (isTemporary(error)) {
      // In the queue the message would come back only after its visibility timeout. What was claimed and sent is seen in the ledger.
      deps.telemetry.warn('A service is busy, so a row is postponed', { ...job.row, error });
      return { kind: 'postponed', delayMs: BUSY_MS, why: 'unavailable' };
    }
    deps.telemetry.error('A row could not be processed', { ...job.row, error });
    return { kind: 'fault', error };
  }
}

const refused = (refusal: Refusal): Outcome =>
  refusal === 'hold' ? { kind: 'postponed', delayMs: HOLD_MS, why: 'hold' } : { kind: refusal };

/** Claims, sends and records. Undefined when no slot could be met: nothing was sent, and the row waits unclaimed for the next slot. */
async function attempt<J extends Job, M>(
  job: J,
  batch: Batch<J, M>,
  route: Route<M>,
  message: (row: LedgerRow) => M,
  leave: () => void,
): Promise<Outcome | undefined> {
  const { channel, deps } = batch;
  const leaseId = deps.newId();
  const lease: Lease = { leaseId, leaseUntil: deps.clock.now() + LEASE_MS };
  const claimed = await claim(job, { lease, provider: route.provider.name }, channel, deps);
  if (claimed.result !== 'claimed') return unclaimed(job, claimed, deps);

  const { row, refusal } = claimed;
  if (refusal) {
    batch.sent(job);
    return recordError(deps, row, leaseId, refusal);
  }
  const sent = await send(batch, route, () => message(row), row);
  leave();
  batch.sent(job);
  if (sent) return record(job, channel, deps, { row, leaseId, sent });
  await releaseLease(deps, row, leaseId, { countAttempt: false });
  return undefined;
}

/** Claims the row, and asks the channel whether it may be sent. The latency of both decides how early the next row is claimed. */
async function claim<J extends Job, M>(
  job: J,
  { lease, provider }: { lease: Lease; provider: string },
  channel: Channel<J, M>,
  deps: DeliveryDeps,
): Promise<Claim & { refusal?: PregonError | undefined }> {
  const { ledger, clock, telemetry, latency } = deps;
  const started = clock.now();
  try {
    const claimed = await withTimeout(clock, CLAIM_TIMEOUT_MS, (signal) =>
      ledger.claim(job.row, lease, { provider, signal }),
    );
    const refusal = claimed.result === 'claimed' ? await channel.refuse?.(claimed.row) : undefined;
    latency.claim.add(clock.now() - started);
    telemetry.duration('ClaimLatency', clock.now() - started);
    return { ...claimed, refusal };
  } catch (error) {
    // The claim may have been written. Without the release the row would become unconfirmed, though nothing was sent.
    await releaseLease(deps, job.row, lease.leaseId, { countAttempt: false });
    throw error;
  }
}

/** Sends at the batch's next slot. Undefined when none could be met. */
async function send<J extends Job, M>(
  batch: Batch<J, M>,
  route: Route<M>,
  message: () => M,
  row: LedgerRow,
): Promise<Sent | undefined> {
  const { clock, telemetry } = batch.deps;
  const { provider } = route;
  let startedAt = clock.now();
  const permit = permitFor(batch, route, (late) => {
    startedAt = clock.now();
    telemetry.duration('SlotLateness', late);
  });
  try {
    const { messageId } = await provider.send(message(), permit);
    telemetry.duration('ProviderLatency', clock.now() - startedAt);
    return { accepted: { provider: provider.name, messageId } };
  } catch (error) {
    if (error instanceof NoSlotAvailable) return undefined;
    return { error: asDeliveryError(error, row), provider: provider.name };
  }
}

/**
 * Renders ahead of the slot. A failure is thrown only when the row is claimed, so that it is recorded as the error of this row and its message
 * does not come back.
 */
function renderer<J extends Job, M>(job: J, content: string, channel: Channel<J, M>): (row: LedgerRow) => M {
  const failed = (cause: unknown) =>
    cause instanceof PregonError
      ? cause
      : new PregonError('NotRenderable', 'The message could not be made from its content.', {}, { cause });
  try {
    const message = channel.render(job, content);
    return (row) => {
      try {
        return message(row);
      } catch (error) {
        throw failed(error);
      }
    };
  } catch (error) {
    return () => {
      throw failed(error);
    };
  }
}

/** Resolves at the batch's next slot that can be met, and rejects when there is none soon. */
function permitFor<J extends Job, M>(
  batch: Batch<J, M>,
  route: Route<M>,
  passed: (lateMs: number) => void,
): SendPermit {
  const { clock, telemetry } = batch.deps;
  const slots = batch.slots(route);
  const missed = () => telemetry.count('SlotMissed');
  return async () => {
    for (let tries = 0; ; tries += 1) {
      for (let slot = slots.take(missed); slot !== undefined; slot = slots.take(missed)) {
        await clock.sleep(Math.max(0, Math.ceil(slot - clock.now())));
        const met = slots.isMet(slot);
        slots.note(!met);
        if (met) return passed(clock.now() - slot);
        missed();
      }
      if (tries === NEXT_SLOT_TRIES) throw new NoSlotAvailable();
      await slots.reserveForReady(NEXT_SLOT_WITHIN_MS);
    }
  };
}

/** An error that the provider did not classify does not say whether the message left. */
const asDeliveryError = (error: unknown, row: LedgerRow): PregonError =>
  error instanceof PregonError
    ? error
    : new PregonError(
        'DeliveryUnconfirmed',
        `Sending ${row.sendId} failed with an unknown error: ${error}`,
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
      const row = (await deps.ledger.expire(job.row, claim.lease)) ?? claim.row;
      if (row.lease) return { kind: 'leased', row, lease: row.lease };
      // The holder has just ended the lease and not sent.
      if (row.status === 'QUEUED') return refused('hold');
      if (row.status === 'ERROR') deps.telemetry.count('Unconfirmed');
      return { kind: 'already', row };
    }
    default:
      return { kind: 'already', row: claim.row };
  }
}

async function contentOf<J extends Job, M>(job: J, { channel, contents }: Batch<J, M>): Promise<string | undefined> {
  if (channel.content) return channel.content(job);
  return (await contents).get(`${job.row.batchId}-${job.row.rowNumber}`);
}

const postponed = (slot: Extract<Slot, { retryAt: number }>, clock: Clock): Outcome & { kind: 'postponed' } => ({
  kind: 'postponed',
  delayMs: Math.max(0, slot.retryAt - clock.now()),
  why: 'no-slot',
});
