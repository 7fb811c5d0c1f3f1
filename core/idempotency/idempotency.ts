import { createHash, randomUUID } from 'node:crypto';
import { type DynamoTable, type Item, putIf, read, updateIf } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';

/** An answer that is stored and given again. */
export interface KeptAnswer {
  status: number;
  body: unknown;
}

export interface IdempotentCall {
  /** What the key belongs to, such as the route. The same key in another scope is another key. */
  scope: string;
  key: string;
  /** The parsed request. The same key must come with the same request. */
  request: unknown;
}

export interface Idempotency {
  /**
   * Runs `work` once for a key and repeats its answer to later calls. 5xx answers and thrown errors are not stored. `reference` is the
   * same for every run of a key, also after a run that failed or died. Throws Conflict (with `retryAfter` in seconds) while the first
   * run is in progress, and Unprocessable for another request.
   */
  once(
    call: IdempotentCall,
    work: (reference: string) => Promise<KeptAnswer>,
  ): Promise<{ answer: KeptAnswer; replayed: boolean }>;
}

/** How long an answer is kept. */
const KEPT_MS = 24 * 3600_000;
/** A run without an answer counts as dead after this time, which is longer than any function of the API may run. */
const RUN_MS = 30_000;

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Checks the value of an `Idempotency-Key` header. Throws BadRequest. */
export function idempotencyKey(header: string): string {
  const key = header.trim();
  if (!KEY.test(key)) {
    throw new PregonError('BadRequest', 'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.');
  }
  return key;
}

/** Idempotency keys in the control table. */
export function createIdempotency(table: DynamoTable, newId: () => string = randomUUID): Idempotency {
  const { clock } = table;

  /** Begins a run. Resolves to the run, or to the existing item of the key. */
  async function begin(key: ItemKey, fingerprint: string): Promise<{ ours?: Run; existing?: Item }> {
    const now = clock.now();
    const run = { runId: newId(), reference: newId() };
    const item = { ...key, ...run, fingerprint, runUntil: now + RUN_MS, keptUntil: now + KEPT_MS, expiresAt: ttl(now) };
    // TTL deletes items up to days late.
    const condition = 'attribute_not_exists(#pk) OR #keptUntil <= :now';
    if (await putIf(table, item, { condition, values: { ':now': now } })) return { ours: run };
    const existing = await read(table, key);
    if (!existing)
      throw new PregonError('Conflict', 'Another request changed this key at the same time; try again.', {
        retryAfter: 1,
      });
    // The SDK repeats a call whose answer was lost, so this very run may have caused the refusal.
    if (existing.runId === run.runId) return { ours: run };
    return { existing };
  }

  async function takeOver(key: ItemKey, dead: Item): Promise<Run | undefined> {
    const now = clock.now();
    const runId = newId();
    const taken = await updateIf(table, {
      key,
      update: 'SET #runId = :runId, #runUntil = :until',
      condition: '#runId = :dead AND attribute_not_exists(#answer)',
      values: { ':runId': runId, ':until': now + RUN_MS, ':dead': dead.runId },
    });
    return taken && { runId, reference: String(dead.reference) };
  }

  return {
    async once({ scope, key: name, request }, work) {
      const key = keyOf(scope, name);
      const fingerprint = hash(canonical(request));
      let { ours, existing } = await begin(key, fingerprint);
      if (existing) {
        if (existing.fingerprint !== fingerprint) {
          throw new PregonError(
            'Unprocessable',
            `Idempotency-Key ${name} was used with another request; use a new key.`,
          );
        }
        if (existing.answer) return { answer: existing.answer as KeptAnswer, replayed: true };
        const wait = Number(existing.runUntil) - clock.now();
        ours = wait > 0 ? undefined : await takeOver(key, existing);
        if (!ours) {
          throw new PregonError('Conflict', `The first request with Idempotency-Key ${name} is in progress.`, {
            retryAfter: 1,
          });
        }
      }
      if (!ours) throw new PregonError('Internal', 'An idempotent run has neither begun nor been refused.');
      const { runId, reference } = ours;
      const change = (update: string, values: Item) =>
        updateIf(table, { key, update, condition: '#runId = :runId', values: { ...values, ':runId': runId } });
      // The item is kept, so that the next try has the same reference and does not repeat what this run did.
      const giveUp = () => change('SET #runUntil = :past', { ':past': 0 });
      try {
        const answer = await work(reference);
        await (answer.status >= 500 ? giveUp() : change('SET #answer = :answer', { ':answer': answer }));
        return { answer, replayed: false };
      } catch (error) {
        await giveUp();
        throw error;
      }
    },
  };
}

interface Run {
  runId: string;
  reference: string;
}
type ItemKey = { pk: string; sk: string };

/** Hashed, because a client's key may be any text. */
const keyOf = (scope: string, key: string): ItemKey => ({ pk: `IDEMPOTENCY#${scope}#${hash(key)}`, sk: 'IDEMPOTENCY' });

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const ttl = (now: number) => Math.ceil((now + KEPT_MS) / 1000);

/** JSON with sorted keys, because a client's library may order them differently when it repeats a request. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
