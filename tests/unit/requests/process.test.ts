import { PregonError } from '../../../core/errors.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { listSends } from '../../../core/ledger/list-sends.ts';
import { LEASE_GRACE_MS, LEASE_MS } from '../../../core/ledger/transitions.ts';
import { MAX_TRIES } from '../../../core/requests/channel.ts';
import { rowOf } from '../../../core/requests/item.ts';
import { openRequests } from './support.ts';

describe('processing a request', () => {
  let channel: Awaited<ReturnType<typeof openRequests>>;
  beforeEach(async () => {
    channel = await openRequests();
  });
  afterEach(() => channel.close());

  async function processed(): Promise<string> {
    const id = await channel.create();
    await channel.process(id);
    return id;
  }

  it('sends the request once, and is a row of the ledger', async () => {
    const id = await channel.create({ to: 'Ana@example.com', message: 'Hola', type: 'sms' });
    await channel.process(id);
    expect(await channel.work()).toEqual([]);

    expect(channel.provider.taken).toEqual([{ id, to: 'Ana@example.com', message: 'Hola', type: 'sms' }]);
    const { sends } = await listSends(channel.table, { email: 'ana@example.com' });
    expect(sends).toMatchObject([
      { batchId: id, channel: 'sms', status: 'SENT', provider: 'notify', messageId: 'p-1' },
    ]);
    expect((await listSends(channel.table, { statuses: ['SENT'] })).sends).toHaveLength(1);
  });

  it('fails when it got no slot for a day, and may be processed again', async () => {
    const id = await processed();
    channel.table.clock.move(24 * 60 * 60_000 + 1);

    expect(await channel.work()).toEqual([]);
    expect(await channel.status(id)).toBe('failed');
    expect(channel.queue.messages).toEqual([]);

    await channel.process(id);
    await channel.work();
    expect(await channel.status(id)).toBe('sent');
    expect(channel.provider.calls).toHaveLength(1);
  });

  it('sends nothing before it is processed', async () => {
    const id = await channel.create();

    expect(await channel.work([id])).toEqual([]);
    expect(await channel.status(id)).toBe('queued');
    expect(channel.provider.calls).toEqual([]);
  });

  it('is sent once when it is processed many times at once', async () => {
    const id = await channel.create();
    await Promise.all(Array.from({ length: 5 }, () => channel.process(id)));
    expect(channel.queue.messages).toHaveLength(1);

    await channel.work();
    await channel.process(id);
    expect(channel.queue.messages).toEqual([]);
    expect(channel.provider.calls).toHaveLength(1);
  });

  it('is sent once when its message arrives twice, at once and late', async () => {
    // moto makes conditional writes of one moment both, now and then (docs/testing.md): then this fails, as it should.
    const id = await processed();
    await channel.work([id, id, id]);
    await channel.work([id]);

    expect(channel.provider.taken).toHaveLength(1);
    expect(await channel.status(id)).toBe('sent');
  });

  it('is accepted when its message could not be sent', async () => {
    channel.queue.broken = true;
    const id = await processed();

    expect(await channel.status(id)).toBe('processing');
  });

  it('retries to record a refusal while the table is unavailable, so that the request is not unconfirmed', async () => {
    const { recordFailedTry } = channel.store;
    let away = 2;
    channel.store.recordFailedTry = async (...call) => {
      away -= 1;
      if (away >= 0) throw new Error('the table is away');
      return recordFailedTry(...call);
    };
    channel.provider.answers.push('ProviderUnavailable');
    const id = await processed();

    expect(await channel.work()).toEqual([]);
    expect(await channel.work()).toEqual([]);
    expect(await channel.status(id)).toBe('sent');
  });

  it('logs only the status of a refusal', async () => {
    channel.provider.send = async (_notification, permit) => {
      await permit();
      throw new PregonError('CredentialsRefused', 'notify: 401 token=abc', { status: 401 });
    };
    const id = await processed();
    for (let tries = 0; tries < MAX_TRIES; tries += 1) await channel.work([id]);

    expect(await channel.status(id)).toBe('failed');
    expect((await listSends(channel.table, { statuses: ['ERROR'] })).sends[0]?.error?.message).toContain('token=abc');
    expect(channel.logged).toContainEqual([
      'The provider refuses our key',
      { code: 'CredentialsRefused', status: 401 },
    ]);
    expect(channel.logged.map(([message]) => message)).toContain('A request failed');
    expect(JSON.stringify(channel.logged)).not.toContain('token=abc');
  });

  it('tries a failed call again after a pause, which doubles', async () => {
    const id = await processed();
    channel.provider.answers = ['ProviderUnavailable', 'ProviderUnavailable'];
    await channel.work();
    const [first] = channel.queue.messages;
    expect(await channel.status(id)).toBe('processing');
    await channel.work();
    const [second] = channel.queue.messages;
    await channel.work();

    expect([first, second]).toEqual([
      { id, delayMs: 1000 },
      { id, delayMs: 2000 },
    ]);
    expect(await channel.status(id)).toBe('sent');
    expect(await channel.store.getRow(id)).toMatchObject({ attempts: 3, tries: 2 });
    expect(channel.counted.Transient).toBe(2);
  });

  it('has failed after a bounded number of tries, and may be processed again', async () => {
    const id = await processed();
    channel.provider.answers = Array.from({ length: MAX_TRIES }, () => 'ProviderUnavailable' as const);
    for (let tried = 0; tried < MAX_TRIES; tried += 1) await channel.work();

    expect(await channel.status(id)).toBe('failed');
    expect(await channel.store.getRow(id)).toMatchObject({ error: { code: 'ProviderUnavailable', retryable: true } });
    expect(channel.queue.messages).toEqual([]);

    await channel.process(id);
    expect(await channel.status(id)).toBe('processing');
    await channel.work();
    expect(await channel.status(id)).toBe('sent');
    expect((await channel.store.getRow(id))?.error).toBeUndefined();
  });

  it('counts no attempt for a throttle', async () => {
    const id = await processed();
    channel.provider.answers = Array.from({ length: MAX_TRIES + 2 }, () => 'Throttled' as const);
    for (let tried = 0; tried < MAX_TRIES + 2; tried += 1) await channel.work();
    expect(await channel.store.getRow(id)).toMatchObject({ attempts: 0, tries: 0, status: 'QUEUED' });
    await channel.work();

    expect(await channel.status(id)).toBe('sent');
    expect(await channel.store.getRow(id)).toMatchObject({ attempts: 1 });
  });

  it('fails at once when the provider rejects it', async () => {
    const id = await processed();
    channel.provider.answers = ['MessageRejected'];
    await channel.work();

    expect(await channel.status(id)).toBe('failed');
    expect(channel.provider.calls).toHaveLength(1);
  });

  it('reads the key again when it is refused, and keeps the request', async () => {
    const id = await processed();
    channel.provider.answers = ['CredentialsRefused'];
    await channel.work();

    expect(channel.provider.keysRefused).toBe(1);
    expect(channel.counted.AccountStopped).toBe(1);
    expect(await channel.status(id)).toBe('processing');
    await channel.work();
    expect(await channel.status(id)).toBe('sent');
  });

  it('is never repeated automatically when the provider may have accepted it; its client may', async () => {
    const id = await processed();
    channel.provider.answers = ['DeliveryUnconfirmed'];
    await channel.work();
    expect(await channel.status(id)).toBe('failed');
    expect(channel.queue.messages).toEqual([]);
    await channel.work([id]);
    expect(channel.provider.calls).toHaveLength(1);

    await channel.process(id);
    await channel.work();
    expect(await channel.status(id)).toBe('sent');
    expect(await channel.store.getRow(id)).toMatchObject({
      error: { code: 'DeliveryUnconfirmed', resolution: 'resent', message: expect.stringContaining('again') },
    });
  });

  it('is left alone while another attempt holds it', async () => {
    const id = await processed();
    channel.provider.during = () => channel.work([id]);
    await channel.work();

    expect(channel.provider.taken).toHaveLength(1);
    // The second message waits for the lease's end, and finds it sent then.
    const [later] = channel.queue.messages;
    expect(later?.delayMs).toBeGreaterThan(LEASE_MS / 2);
    await channel.work();
    expect(channel.provider.taken).toHaveLength(1);
  });

  it('is unconfirmed when its worker died', async () => {
    const id = await processed();
    await createLedger(channel.table).claim(rowOf(id), {
      leaseId: 'dead',
      leaseUntil: channel.table.clock.now() - 10_000,
    });
    await channel.work();
    const [later] = channel.queue.messages;
    expect(later?.delayMs).toBeGreaterThan(LEASE_GRACE_MS);
    channel.table.clock.move(15_000);
    await channel.work();

    expect(await channel.store.getRow(id)).toMatchObject({ status: 'ERROR', error: { code: 'DeliveryUnconfirmed' } });
    expect(channel.provider.calls).toEqual([]);
  });

  it('leaves an unrecognised message to the dead-letter queue', async () => {
    expect(await channel.work(['nobody'])).toEqual(['nobody']);
    expect(channel.counted.Poison).toBe(1);
  });
});
