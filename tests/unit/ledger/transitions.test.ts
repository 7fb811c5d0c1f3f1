import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { dayOf, shardOf, stateKey, statusKey } from '../../../core/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../core/ledger/ledger.ts';
import { errorOf, LEASE_GRACE_MS, LEASE_MARGIN_MS, LEASE_MS } from '../../../core/ledger/transitions.ts';
import { simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { CREATED_AT, type NewRow, putRows } from './support.ts';

let table: Awaited<ReturnType<typeof openTable>>;
let ledger: Ledger;
const clock = simulatedClock();
let nextRow = 0;

beforeAll(async () => {
  table = await openTable(clock);
  ledger = createLedger(table);
});
afterAll(() => table.close());

/** A row of its own for each test, QUEUED unless told. */
async function aRow(attributes: NewRow = {}) {
  nextRow += 1;
  await putRows(table, [{ rowNumber: nextRow, status: 'QUEUED', ...attributes }]);
  return { batchId: 'b1', rowNumber: nextRow };
}

const leaseOf = (leaseId: string) => ({ leaseId, leaseUntil: clock.now() + 30_000 });

/** Ends the lease of a worker that died. */
async function expired(id: { batchId: string; rowNumber: number }) {
  clock.move(60_000);
  await ledger.expire(id, leaseOf('a'));
  clock.move(LEASE_GRACE_MS + 2 * LEASE_MARGIN_MS);
  await ledger.expire(id, leaseOf('a'));
}

const accepted = { provider: 'ses', messageId: 'm-1' };

async function claimed(id: { batchId: string; rowNumber: number }, leaseId: string) {
  const claim = await ledger.claim(id, leaseOf(leaseId));
  if (claim.result !== 'claimed') throw new Error(`not claimed: ${claim.result}`);
  return claim.row;
}

describe('a claim', () => {
  it('gives a queued row to one of two workers', async () => {
    // moto makes conditional writes of one moment both, now and then (docs/testing.md): then this fails, as it should.
    const id = await aRow();
    const claims = await Promise.all(['a', 'b'].map((leaseId) => ledger.claim(id, leaseOf(leaseId))));
    expect(claims.map(({ result }) => result).sort()).toEqual(['claimed', 'leased']);
  });

  it('is one claim and one attempt when the call is repeated', async () => {
    const id = await aRow();
    const mine = leaseOf('a');
    expect((await ledger.claim(id, mine)).result).toBe('claimed');
    expect((await ledger.claim(id, mine)).result).toBe('claimed');
    expect((await ledger.getRow(id))?.attempts).toBe(1);
  });

  it.each(['SENT', 'ERROR', 'PENDING'] as const)('is refused for a row that is %s', async (status) => {
    const id = await aRow({ status });
    const { result } = await ledger.claim(id, leaseOf('a'));
    expect(result).toBe(status.toLowerCase());
  });

  it('finds a lease from before the clock was set back ended after the length of a lease, and does not take it over', async () => {
    const id = await aRow();
    await claimed(id, 'a');
    clock.move(-600_000);
    try {
      const met = await ledger.claim(id, leaseOf('b'));
      expect(met).toMatchObject({ result: 'leased', lease: { leaseId: 'a', leaseUntil: clock.now() + LEASE_MS } });
      clock.move(LEASE_MS + 2 * LEASE_MARGIN_MS);
      expect((await ledger.claim(id, leaseOf('b'))).result).toBe('expired');
    } finally {
      clock.move(600_000);
    }
  });

  it('does not take over a lease that ran out', async () => {
    const id = await aRow();
    await claimed(id, 'a');
    clock.move(60_000);
    expect((await ledger.claim(id, leaseOf('b'))).result).toBe('expired');
  });

  it('says that a row is not there', async () => {
    expect(await ledger.claim({ batchId: 'b1', rowNumber: 9_999 }, leaseOf('a'))).toEqual({ result: 'missing' });
  });
});

describe('a release', () => {
  it('lets the next attempt in and does not count a throttled one', async () => {
    const id = await aRow();
    await claimed(id, 'a');
    expect(await ledger.release(id, 'a', { countAttempt: false })).toBe(true);
    expect(await ledger.release(id, 'a', { countAttempt: false })).toBe(false);
    expect((await claimed(id, 'b')).attempts).toBe(1);
  });

  it('that comes late leaves the next holder alone', async () => {
    const id = await aRow();
    await claimed(id, 'a');
    await ledger.release(id, 'a', { countAttempt: true });
    await claimed(id, 'b');
    expect(await ledger.release(id, 'a', { countAttempt: true })).toBe(false);
    expect((await ledger.getRow(id))?.lease?.leaseId).toBe('b');
  });
});

describe('a record', () => {
  it('of an accepted email may be repeated', async () => {
    const id = await aRow();
    const row = await claimed(id, 'a');
    expect(await ledger.recordSent(row, 'a', accepted)).toBe(true);
    expect(await ledger.recordSent(row, 'a', accepted)).toBe(true);
    expect(await ledger.getRow(id)).toMatchObject({ status: 'SENT', ...accepted, attempts: 1 });
  });

  it('of an error may be repeated, and keeps out other attempts', async () => {
    const id = await aRow();
    const row = await claimed(id, 'a');
    const error = errorOf('MessageRejected', 'no');
    expect(await ledger.recordError(row, 'a', error)).toBe(true);
    expect(await ledger.recordError(row, 'a', error)).toBe(true);
    expect((await ledger.claim(id, leaseOf('b'))).result).toBe('error');
  });

  it('by the late holder turns an unconfirmed row into SENT', async () => {
    const id = await aRow();
    const row = await claimed(id, 'a');
    await expired(id);
    expect((await ledger.getRow(id))?.error?.code).toBe('DeliveryUnconfirmed');
    expect(await ledger.recordSent(row, 'a', accepted)).toBe(true);
    const sent = await ledger.getRow(id);
    expect(sent).toMatchObject({ status: 'SENT', messageId: 'm-1' });
    expect(sent?.error).toBeUndefined();
  });

  it('by the late holder also wins over a redrive that nobody has taken up yet', async () => {
    const id = await aRow();
    const row = await claimed(id, 'a');
    await expired(id);
    await ledger.resend(id);
    await queue(id.rowNumber);
    expect(await ledger.recordSent(row, 'a', accepted)).toBe(true);
    expect((await ledger.claim(id, leaseOf('b'))).result).toBe('sent');
  });

  it('by anybody else does not', async () => {
    const id = await aRow();
    const row = await claimed(id, 'a');
    expect(await ledger.recordSent(row, 'b', accepted)).toBe(false);
    expect((await ledger.getRow(id))?.status).toBe('QUEUED');
  });
});

describe('a lease that runs out', () => {
  it('makes the row unconfirmed, and only once it is over', async () => {
    const id = await aRow();
    const row = await claimed(id, 'a');
    const held = { leaseId: 'a', leaseUntil: row.lease?.leaseUntil ?? 0 };
    await ledger.expire(id, held);
    expect((await ledger.getRow(id))?.status).toBe('QUEUED');
    await expired(id);
    expect(await ledger.getRow(id)).toMatchObject({
      status: 'ERROR',
      error: { code: 'DeliveryUnconfirmed', retryable: false },
    });
  });

  it('is extended once, so that a holder that was stopped as well can release it', async () => {
    const id = await aRow();
    await claimed(id, 'a');
    clock.move(120_000);
    const lease = { leaseId: 'a', leaseUntil: clock.now() + LEASE_GRACE_MS, extended: true as const };
    expect(await ledger.expire(id, lease)).toMatchObject({ status: 'QUEUED', lease });
    expect((await ledger.claim(id, leaseOf('b'))).result).toBe('leased');
    expect(await ledger.release(id, 'a', { countAttempt: false })).toBe(true);
    await claimed(id, 'b');

    clock.move(60_000);
    expect(await ledger.expire(id, leaseOf('b'))).toMatchObject({ status: 'QUEUED', lease: { leaseId: 'b' } });
    clock.move(LEASE_GRACE_MS + 2 * LEASE_MARGIN_MS);
    expect(await ledger.expire(id, leaseOf('b'))).toMatchObject({ error: { code: 'DeliveryUnconfirmed' } });
  });

  it('is extended by one of two that find it', async () => {
    const id = await aRow();
    await claimed(id, 'a');
    clock.move(60_000);
    const lease = { leaseId: 'a', leaseUntil: clock.now() + LEASE_GRACE_MS, extended: true as const };
    for (const row of await Promise.all([1, 2].map(() => ledger.expire(id, leaseOf('a'))))) {
      expect(row).toMatchObject({ status: 'QUEUED', lease });
    }
  });
});

describe('a redrive', () => {
  it('moves a retryable row back once', async () => {
    const id = await aRow({ status: 'ERROR', error: errorOf('ProviderUnavailable', 'down') });
    await ledger.requeue({ ...id, createdAt: CREATED_AT });
    const moved = await ledger.getRow(id);
    await ledger.requeue({ ...id, createdAt: CREATED_AT });
    expect(moved).toMatchObject({ status: 'PENDING' });
    expect(await ledger.getRow(id)).toEqual(moved);
  });

  it('moves many rows in few calls, and each is listed as PENDING', async () => {
    const down = { status: 'ERROR' as const, error: errorOf('ProviderUnavailable', 'down') };
    const ids = [];
    for (let n = 0; n < 30; n += 1) ids.push(await aRow(n === 7 ? { status: 'QUEUED' } : down));
    const calls: string[] = [];
    const send = (command: object, ...rest: []) => {
      calls.push(command.constructor.name);
      return table.client.send(command as never, ...rest);
    };
    const counting = createLedger({ ...table, client: { send } as unknown as typeof table.client });

    await Promise.all(ids.map((id) => counting.requeue({ ...id, createdAt: CREATED_AT })));

    expect(calls).toEqual(['BatchExecuteStatementCommand', 'BatchExecuteStatementCommand']);
    const rows = await ledger.getRows(ids);
    expect([...rows.values()].map(({ status }) => status).sort()).toEqual([...Array(29).fill('PENDING'), 'QUEUED']);
    expect([...rows.values()].some(({ error }) => error)).toBe(false);
    const listed = await table.client.send(
      new GetCommand({ TableName: table.tableName, Key: stateKey('b1', ids[0]?.rowNumber ?? 0) }),
    );
    expect(listed.Item?.statusKey).toBe(statusKey('PENDING', dayOf(CREATED_AT), shardOf(ids[0]?.rowNumber ?? 0)));
  });

  it('leaves unconfirmed and permanent rows alone', async () => {
    for (const code of ['DeliveryUnconfirmed', 'MessageRejected'] as const) {
      const id = await aRow({ status: 'ERROR', error: errorOf(code, 'x') });
      await ledger.requeue({ ...id, createdAt: CREATED_AT });
      expect((await ledger.getRow(id))?.status).toBe('ERROR');
    }
  });

  it('sends an unconfirmed row again only when told, and the row says so to its end', async () => {
    const id = await aRow({ status: 'ERROR', error: errorOf('DeliveryUnconfirmed', 'Nobody knows.') });
    await ledger.resend(id);
    expect(await ledger.getRow(id)).toMatchObject({ status: 'PENDING', error: { resolution: 'resent' } });
    await queue(id.rowNumber);
    await ledger.recordSent(await claimed(id, 'a'), 'a', accepted);
    expect(await ledger.getRow(id)).toMatchObject({
      status: 'SENT',
      error: { resolution: 'resent', message: expect.stringContaining('Sent again by an operator') },
    });
  });

  it('closes an unconfirmed row as it is when told', async () => {
    const id = await aRow({ status: 'ERROR', error: errorOf('DeliveryUnconfirmed', 'Nobody knows.') });
    await ledger.accept(id);
    await ledger.resend(id);
    expect(await ledger.getRow(id)).toMatchObject({ status: 'ERROR', error: { resolution: 'accepted' } });
  });
});

describe('a forgotten row', () => {
  it('ends in ERROR, retryable, unless somebody holds it', async () => {
    const left = await aRow();
    const held = await aRow();
    await claimed(held, 'a');
    expect(await ledger.markForgotten(left)).toBe(true);
    expect(await ledger.markForgotten(held)).toBe(false);
    expect(await ledger.getRow(left)).toMatchObject({
      status: 'ERROR',
      error: { code: 'NotDelivered', retryable: true },
    });
  });
});

/** What MarkQueued of the workflow does. */
async function queue(rowNumber: number) {
  await table.client.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: stateKey('b1', rowNumber),
      UpdateExpression: 'SET #status = :queued, statusKey = :key',
      ConditionExpression: '#status = :pending',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':queued': 'QUEUED',
        ':pending': 'PENDING',
        ':key': statusKey('QUEUED', dayOf('2026-11-22'), shardOf(rowNumber)),
      },
    }),
  );
}
