import { BatchExecuteStatementCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { dayOf, shardOf, stateKey, statusKey } from '../../../core/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../core/ledger/ledger.ts';
import type { LedgerRow, SendStatus } from '../../../core/ledger/send.ts';
import { errorOf } from '../../../core/ledger/transitions.ts';
import { campaignDefinition } from '../../../statemachines/compile.ts';
import { simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { CREATED_AT, putRows } from './support.ts';

const LEASE_MS = 30_000;
const WORKERS = 3;

/** The workflow's own two statements, by its definition. */
const { BatchInput } = JSON.parse(campaignDefinition()).States.SendRows.ItemBatcher;
const statementOf = (name: 'markQueued' | 'markError'): string =>
  BatchInput[name].replace(/\$\{SendsTable\}/, table.tableName);

let table: Awaited<ReturnType<typeof openTable>>;
let ledger: Ledger;
const clock = simulatedClock();
let rows = 0;

beforeAll(async () => {
  table = await openTable(clock);
  ledger = createLedger(table);
});
afterAll(() => table.close());

/** What can happen to a row, in any order; `again` makes the call a second time, as the SDK does when an answer is lost. */
const step = fc.record({
  what: fc.constantFrom(
    'queue',
    'claim',
    'claim',
    'send',
    'send',
    'record',
    'record',
    'release',
    'reject',
    'fail',
    'failedTry',
    'crash',
    'wait',
    'expire',
    'markError',
    'forgotten',
    'redrive',
    'resend',
    'accept',
  ),
  worker: fc.nat(WORKERS - 1),
  again: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Attempt {
  leaseId: string;
  leaseUntil: number;
  row: LedgerRow;
  sent: boolean;
}

/** One row, the workers that may hold it, and the emails that left. */
class World {
  readonly id: { batchId: string; rowNumber: number };
  readonly attempts = new Map<number, Attempt>();
  emails = 0;
  resends = 0;
  #leases = 0;

  constructor(rowNumber: number) {
    this.id = { batchId: 'b1', rowNumber };
  }

  async do({ what, worker, again }: Step): Promise<void> {
    const times = again ? 2 : 1;
    const repeat = async <T>(call: () => Promise<T>): Promise<T> => {
      let answer = await call();
      for (let n = 1; n < times; n += 1) answer = await call();
      return answer;
    };
    const attempt = this.attempts.get(worker);
    switch (what) {
      case 'queue':
        return repeat(() => this.#markQueued());
      case 'claim': {
        if (attempt) return;
        this.#leases += 1;
        const lease = { leaseId: `lease-${this.#leases}`, leaseUntil: clock.now() + LEASE_MS };
        const claim = await repeat(() => ledger.claim(this.id, lease));
        if (claim.result === 'claimed') this.attempts.set(worker, { ...lease, row: claim.row, sent: false });
        return;
      }
      case 'send':
        // The function's timeout is far below the lease: nobody sends after it.
        if (!attempt || attempt.sent || clock.now() > attempt.leaseUntil) return;
        attempt.sent = true;
        this.emails += 1;
        return;
      case 'record':
        if (!attempt?.sent) return;
        await repeat(() =>
          ledger.recordSent(attempt.row, attempt.leaseId, { provider: 'ses', messageId: attempt.leaseId }),
        );
        this.attempts.delete(worker);
        return;
      case 'release':
        if (!attempt || attempt.sent) return;
        await repeat(() => ledger.release(this.id, attempt.leaseId, { countAttempt: false }));
        this.attempts.delete(worker);
        return;
      case 'reject':
      case 'fail': {
        if (!attempt || attempt.sent) return;
        const error = errorOf(what === 'reject' ? 'MessageRejected' : 'ProviderUnavailable', what);
        await repeat(() => ledger.recordError(attempt.row, attempt.leaseId, error));
        this.attempts.delete(worker);
        return;
      }
      case 'failedTry':
        if (!attempt || attempt.sent) return;
        await repeat(() =>
          ledger.recordFailedTry(attempt.row, attempt.leaseId, { code: 'ProviderUnavailable', message: what }),
        );
        this.attempts.delete(worker);
        return;
      case 'crash':
        this.attempts.delete(worker);
        return;
      case 'wait':
        clock.move(LEASE_MS / 2);
        return;
      case 'expire': {
        const row = await this.row();
        const { lease } = row;
        if (lease) await repeat(() => ledger.expire(this.id, lease));
        return;
      }
      case 'markError':
        return repeat(() => this.#markError());
      case 'forgotten':
        await repeat(() => ledger.markForgotten(this.id));
        return;
      case 'redrive':
        return repeat(() => ledger.requeue({ ...this.id, createdAt: CREATED_AT }));
      case 'resend': {
        const before = await this.row();
        await repeat(() => ledger.resend(this.id));
        const after = await this.row();
        if (before.status === 'ERROR' && after.status === 'PENDING') this.resends += 1;
        return;
      }
      default:
        return repeat(() => ledger.accept(this.id));
    }
  }

  async row(): Promise<LedgerRow> {
    const row = await ledger.getRow(this.id);
    if (!row) throw new Error('the row is gone');
    return row;
  }

  /** The promise, at every moment. */
  async check(): Promise<void> {
    const row = await this.row();
    expect(this.emails).toBeLessThanOrEqual(1 + this.resends);
    if (row.status === 'SENT') expect(this.emails).toBeGreaterThan(0);
    if (this.emails > this.resends && row.status !== 'SENT') {
      // An email that left is known as such, or may yet be, or nobody knows and it is not sent again.
      const held = row.lease !== undefined;
      const unknown = row.status === 'ERROR' && row.error?.class === 'unconfirmed';
      expect(held || unknown).toBe(true);
    }
  }

  /** What Settle does at the end: leases are waited out, and what is left is reported. */
  async settle(): Promise<void> {
    this.attempts.clear();
    // The first time extends the lease.
    for (let times = 0; times < 2; times += 1) {
      clock.move(2 * LEASE_MS);
      const { lease } = await this.row();
      if (lease) await ledger.expire(this.id, lease);
    }
    await ledger.markForgotten(this.id);
    const row = await this.row();
    expect(['SENT', 'ERROR']).toContain(row.status);
    expect(row.lease).toBeUndefined();
  }

  async #markQueued(): Promise<void> {
    await this.#execute('markQueued', [this.#key('QUEUED')]);
  }

  /** The workflow's own last word on a row. */
  async #markError(): Promise<void> {
    await this.#execute('markError', [this.#key('ERROR'), errorOf('NotDelivered', 'timeout')]);
  }

  async #execute(name: 'markQueued' | 'markError', values: unknown[]): Promise<void> {
    const { pk, sk } = stateKey('b1', this.id.rowNumber);
    const Parameters = [...values, new Date(clock.now()).toISOString(), pk, sk];
    const Statements = [{ Statement: statementOf(name), Parameters }];
    const { Responses } = await table.client.send(new BatchExecuteStatementCommand({ Statements }));
    expect([undefined, 'ConditionalCheckFailed']).toContain(Responses?.[0]?.Error?.Code);
  }

  #key = (status: SendStatus) => statusKey(status, dayOf('2026-11-22'), shardOf(this.id.rowNumber));
}

it('sends no row twice and forgets none, in any order of calls, each perhaps repeated', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      rows += 1;
      await putRows(table, [{ rowNumber: rows }]);
      const world = new World(rows);
      for (const next of steps) {
        await world.do(next);
        await world.check();
      }
      await world.settle();
      await world.check();
    }),
    { numRuns: 50 },
  );
});
