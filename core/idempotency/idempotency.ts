import { createHash, randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoTable, type Item, read, updateIf } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';

/** An answer as it is kept and given again. */
export interface KeptAnswer {
  status: number;
  body: unknown;
}

export interface IdempotentCall {
  /** What the key belongs to, such as the route: the same key elsewhere is another key. */
  scope: string;
  key: string;
  /** The parsed request: the same key must come with the same one. */
  request: unknown;
}

export interface Idempotency {
  /**
   * Runs `work` for a key once and answers what it answered then; 5xx answers and thrown errors are not kept. `reference` is
   * the same for every run of a key, also for one that follows a run that failed or died. Throws Conflict (with
   * `retryAfter` in seconds) while the first is in progress and Unprocessable for another request.
   */
  once(
    call: IdempotentCall,
    work: (reference: string) => Promise<KeptAnswer>,
  ): Promise<{ answer: KeptAnswer; replayed: boolean }>;
}

/** How long an answer is kept. */
const KEPT_MS = 24 * 3600_000;
/** After this a run that left no answer is taken for dead: longer than any function of the API may run. */
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

/** Idempotency keys in the ledger's table. */
export function createIdempotency(table: DynamoTable, newId: () => string = randomUUID): Idempotency {
  const { client, clock } = table;

  /** The run that is ours now, or the item that stands in its way. */
  async function begin(key: ItemKey, fingerprint: string): Promise<{ ours?: Run; existing?: Item }> {
    const now = clock.now();
    const run = { runId: newId(), reference: newId() };
    const item = { ...key, ...run, fingerprint, runUntil: now + RUN_MS, keptUntil: now + KEPT_MS, expiresAt: ttl(now) };
    try {
      await client.send(
        new PutCommand({
          TableName: table.tableName,
          Item: item,
          // The table's own expiry may come days late.
          ConditionExpression: 'attribute_not_exists(pk) OR #keptUntil <= :now',
          ExpressionAttributeNames: { '#keptUntil': 'keptUntil' },
          ExpressionAttributeValues: { ':now': now },
        }),
      );
      return { ours: run };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
    const existing = await read(table, key);
    if (!existing)
      throw new PregonError('Conflict', 'The request is being changed by another; try again.', { retryAfter: 1 });
    // The SDK repeats a call whose answer was lost: the refusal may be by this very run.
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
      // Not forgotten: whoever tries again goes on with the same reference, so what this run did is not done twice.
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

/** The key itself is a client's text of any kind: its hash is not. */
const keyOf = (scope: string, key: string): ItemKey => ({ pk: `IDEMPOTENCY#${scope}#${hash(key)}`, sk: 'IDEMPOTENCY' });

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const ttl = (now: number) => Math.ceil((now + KEPT_MS) / 1000);

/** JSON with sorted keys: a client's library may order them anew when it repeats a request. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
