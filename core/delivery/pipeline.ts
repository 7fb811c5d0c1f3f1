import type { Clock } from '../clock.ts';
import { PregonError } from '../errors.ts';
import type { Lease, LedgerRow } from '../ledger/send.ts';
import type { Claim } from '../ledger/transitions.ts';
import { type Gate, GateClosed } from './gate.ts';
import type { Door, Job, Outcome, Route } from './job.ts';
import { giveBack, record } from './record.ts';
import { type Slot, SlotBook } from './slots.ts';
import { refused, type Sent, type Tools } from './steps.ts';

/** Longer than the function's timeout and its last send; an expired lease is never taken over. */
export const LEASE_MS = 30_000;
/** What a send, its record and the answers may take after the slot: no slot is taken later than this before the deadline. */
const AFTER_SLOT_MS = 5_500;
/** A claim that takes longer is given up: what is left of the function's time must do for giving back and sending. */
const CLAIM_MS = 1_500;

interface Batch<J extends Job, M> {
  door: Door<J, M>;
  tools: Tools;
  slots(route: Route<M>): SlotBook;
  contents: Promise<Map<string, string>>;
}

/**
 * Delivers the jobs of one batch, all at once, each at its own slot, and tells what became of each as soon as it is known. What does
 * not fit before the deadline (milliseconds since the epoch) is postponed.
 */
export async function deliver<J extends Job, M>(
  jobs: readonly J[],
  door: Door<J, M>,
  tools: Tools,
  { deadline, done }: { deadline: number; done(job: J, outcome: Outcome): void },
): Promise<void> {
  const until = deadline - AFTER_SLOT_MS;
  const books = new Map<string, { book: SlotBook; route: Route<M> }>();
  const batch: Batch<J, M> = {
    door,
    tools,
    contents: door.content ? Promise.resolve(new Map()) : tools.ledger.contents(jobs.map((job) => job.row)),
    slots(route) {
      const key = `${route.limiter.name} ${route.lane}`;
      const standing = books.get(key);
      if (standing) return standing.book;
      const book = new SlotBook({ ...route, clock: tools.clock, until, latency: tools.latency.reserve });
      books.set(key, { book, route });
      return book;
    },
  };
  // A failure is each job's own: it is met where the content is awaited.
  batch.contents.catch(() => undefined);
  await Promise.all(jobs.map(async (job) => done(job, await deliverOne(job, batch))));
  await Promise.all([...books.values()].map(({ route }) => route.limiter.idle()));
}

/** One job, step by step: reserve, check, claim, send, record. */
async function deliverOne<J extends Job, M>(job: J, batch: Batch<J, M>): Promise<Outcome> {
  const { door, tools } = batch;
  const { clock, latency } = tools;
  try {
    const route = await door.route(job);
    if (typeof route === 'string') return refused(route);
    if ('holdMs' in route) return { kind: 'postponed', delayMs: route.holdMs, why: 'hold' };

    const content = await contentOf(job, batch);
    if (content === undefined) return refused('missing');
    const message = door.render(job, content);

    for (;;) {
      // Where slots are free at once most rows make the first; where they are far ahead nearly all have time to be ready.
      const slot = await batch.slots(route).reserve(latency.claim.usual);
      if ('retryAt' in slot) return postponed(slot, clock);
      await clock.sleep(Math.max(0, slot.at - latency.claim.expected - clock.now()));

      const verdict = await door.check(job);
      if (verdict !== 'go') return refused(verdict);
      // Nothing is claimed for a slot that is over.
      if (clock.now() > slot.at) continue;
      const outcome = await attempt(job, batch, route, message);
      if (outcome) return outcome;
    }
  } catch (error) {
    tools.telemetry.error('A row could not be worked on', { ...job.row, error });
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
  const { door, tools } = batch;
  const leaseId = tools.newId();
  const lease: Lease = { leaseId, leaseUntil: tools.clock.now() + LEASE_MS };
  const claimed = await claim(job, { lease, provider: route.provider.name }, tools);
  if (claimed.result !== 'claimed') return unclaimed(job, claimed, tools);

  const { row } = claimed;
  const sent = await send(batch, route, { row, message: message(row) });
  if (sent) return record(job, door, tools, { row, leaseId, sent });
  await giveBack(tools, row, leaseId, { countAttempt: false });
  return undefined;
}

async function claim(
  job: Job,
  { lease, provider }: { lease: Lease; provider: string },
  { ledger, clock, telemetry, latency }: Tools,
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
  const { clock, telemetry } = batch.tools;
  const { provider } = route;
  let left = clock.now();
  const gate = gateOf(batch, route, (late) => {
    left = clock.now();
    telemetry.duration('SlotLateness', late);
  });
  try {
    const { messageId } = await provider.send(message, gate);
    telemetry.duration('ProviderLatency', clock.now() - left);
    return { accepted: { provider: provider.name, messageId } };
  } catch (error) {
    if (error instanceof GateClosed) return undefined;
    return { error: asDeliveryError(error, row), provider: provider.name };
  }
}

/** Lets the prepared request through at the batch's next slot that can be met; closes where there is none. */
function gateOf<J extends Job, M>(batch: Batch<J, M>, route: Route<M>, passed: (lateMs: number) => void): Gate {
  const { clock, telemetry } = batch.tools;
  const book = batch.slots(route);
  const missed = () => telemetry.count('SlotMissed');
  return async () => {
    for (let slot = book.take(missed); slot !== undefined; slot = book.take(missed)) {
      await clock.sleep(Math.max(0, Math.ceil(slot - clock.now())));
      const met = book.isMet(slot);
      book.note(!met);
      if (met) return passed(clock.now() - slot);
      missed();
    }
    throw new GateClosed();
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

async function unclaimed(job: Job, claim: Exclude<Claim, { result: 'claimed' }>, tools: Tools): Promise<Outcome> {
  tools.telemetry.count('Duplicate');
  switch (claim.result) {
    case 'missing':
      return { kind: 'missing' };
    case 'pending':
      return { kind: 'not-queued', row: claim.row };
    case 'leased':
      return { kind: 'leased', row: claim.row, lease: claim.lease };
    case 'expired': {
      const row = await tools.ledger.expire(job.row, claim.lease);
      tools.telemetry.count('Unconfirmed');
      return { kind: 'already', row: row ?? claim.row };
    }
    default:
      return { kind: 'already', row: claim.row };
  }
}

async function contentOf<J extends Job, M>(job: J, { door, contents }: Batch<J, M>): Promise<string | undefined> {
  // Transactional email has one content for all rows of a batch.
  if (door.content) return door.content(job);
  return (await contents).get(`${job.row.batchId}-${job.row.rowNumber}`);
}

const postponed = (slot: Extract<Slot, { retryAt: number }>, clock: Clock): Outcome & { kind: 'postponed' } => ({
  kind: 'postponed',
  delayMs: Math.max(0, slot.retryAt - clock.now()),
  why: 'no-slot',
});
