import { LEASE_MS } from '../../../core/delivery/pipeline.ts';
import { PregonError } from '../../../core/errors.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { rowOf } from '../../../core/requests/item.ts';
import { MOST_TRIES } from '../../../core/requests/retries.ts';
import { openRequests } from './support.ts';

describe('processing a request', () => {
  let door: Awaited<ReturnType<typeof openRequests>>;
  beforeEach(async () => {
    door = await openRequests();
  });
  afterEach(() => door.close());

  async function processed(): Promise<string> {
    const id = await door.create();
    await door.process(id);
    return id;
  }

  it('sends what was asked for, once, and is a row of the ledger', async () => {
    const id = await door.create({ to: 'Ana@example.com', message: 'Hola', type: 'sms' });
    await door.process(id);
    expect(await door.work()).toEqual([]);

    expect(door.provider.taken).toEqual([{ id, to: 'Ana@example.com', message: 'Hola', type: 'sms' }]);
    const { sends } = await createLedger(door.table).listSends({ email: 'ana@example.com' });
    expect(sends).toMatchObject([
      { batchId: id, channel: 'sms', status: 'SENT', provider: 'notify', messageId: 'p-1' },
    ]);
    expect((await createLedger(door.table).listSends({ statuses: ['SENT'] })).sends).toHaveLength(1);
  });

  it('sends nothing before it was asked to', async () => {
    const id = await door.create();

    expect(await door.work([id])).toEqual([]);
    expect(await door.status(id)).toBe('queued');
    expect(door.provider.calls).toEqual([]);
  });

  it('is one send, however often and at once it is asked for', async () => {
    const id = await door.create();
    await Promise.all(Array.from({ length: 5 }, () => door.process(id)));
    expect(door.queue.messages).toHaveLength(1);

    await door.work();
    await door.process(id);
    expect(door.queue.messages).toEqual([]);
    expect(door.provider.calls).toHaveLength(1);
  });

  it('is one send where a message comes twice, at once and late', async () => {
    // moto makes conditional writes of one moment both, now and then (docs/testing.md): then this fails, as it should.
    const id = await processed();
    await door.work([id, id, id]);
    await door.work([id]);

    expect(door.provider.taken).toHaveLength(1);
    expect(await door.status(id)).toBe('sent');
  });

  it('is accepted though its message could not be sent', async () => {
    door.queue.broken = true;
    const id = await processed();

    expect(await door.status(id)).toBe('processing');
  });

  it('takes a refusal back where the table is away for a moment: nothing was sent, so nothing is unconfirmed', async () => {
    const { giveBack } = door.store;
    let away = 2;
    door.store.giveBack = async (...call) => {
      away -= 1;
      if (away >= 0) throw new Error('the table is away');
      return giveBack(...call);
    };
    door.provider.answers.push('ProviderUnavailable');
    const id = await processed();

    expect(await door.work()).toEqual([]);
    expect(await door.work()).toEqual([]);
    expect(await door.status(id)).toBe('sent');
  });

  it('logs the status of a refusal alone: an answer may hold anything', async () => {
    door.provider.send = async (_notification, gate) => {
      await gate();
      throw new PregonError('CredentialsRefused', 'notify: 401 token=abc', { status: 401 });
    };
    const id = await processed();
    for (let tries = 0; tries < MOST_TRIES; tries += 1) await door.work([id]);

    expect(await door.status(id)).toBe('failed');
    expect((await createLedger(door.table).listSends({ statuses: ['ERROR'] })).sends[0]?.error?.message).toContain(
      'token=abc',
    );
    expect(door.logged).toContainEqual(['The provider refuses our key', { code: 'CredentialsRefused', status: 401 }]);
    expect(door.logged.map(([message]) => message)).toContain('A request failed');
    expect(JSON.stringify(door.logged)).not.toContain('token=abc');
  });

  it('tries a failed call again after a pause, which doubles', async () => {
    const id = await processed();
    door.provider.answers = ['ProviderUnavailable', 'ProviderUnavailable'];
    await door.work();
    const [first] = door.queue.messages;
    expect(await door.status(id)).toBe('processing');
    await door.work();
    const [second] = door.queue.messages;
    await door.work();

    expect([first, second]).toEqual([
      { id, delayMs: 1000 },
      { id, delayMs: 2000 },
    ]);
    expect(await door.status(id)).toBe('sent');
    expect(await door.store.getRow(id)).toMatchObject({ attempts: 3, tries: 2 });
    expect(door.counted.Transient).toBe(2);
  });

  it('has failed after a bounded number of tries, and may be processed again', async () => {
    const id = await processed();
    door.provider.answers = Array.from({ length: MOST_TRIES }, () => 'ProviderUnavailable' as const);
    for (let tried = 0; tried < MOST_TRIES; tried += 1) await door.work();

    expect(await door.status(id)).toBe('failed');
    expect(await door.store.getRow(id)).toMatchObject({ error: { code: 'ProviderUnavailable', retryable: true } });
    expect(door.queue.messages).toEqual([]);

    await door.process(id);
    expect(await door.status(id)).toBe('processing');
    await door.work();
    expect(await door.status(id)).toBe('sent');
    expect((await door.store.getRow(id))?.error).toBeUndefined();
  });

  it('uses up no attempt by a throttle', async () => {
    const id = await processed();
    door.provider.answers = Array.from({ length: MOST_TRIES + 2 }, () => 'Throttled' as const);
    for (let tried = 0; tried < MOST_TRIES + 2; tried += 1) await door.work();
    expect(await door.store.getRow(id)).toMatchObject({ attempts: 0, tries: 0, status: 'QUEUED' });
    await door.work();

    expect(await door.status(id)).toBe('sent');
    expect(await door.store.getRow(id)).toMatchObject({ attempts: 1 });
  });

  it('ends at once what the provider rejects', async () => {
    const id = await processed();
    door.provider.answers = ['MessageRejected'];
    await door.work();

    expect(await door.status(id)).toBe('failed');
    expect(door.provider.calls).toHaveLength(1);
  });

  it('asks for the key anew when it is refused, and keeps the request', async () => {
    const id = await processed();
    door.provider.answers = ['CredentialsRefused'];
    await door.work();

    expect(door.provider.keysRefused).toBe(1);
    expect(await door.status(id)).toBe('processing');
    await door.work();
    expect(await door.status(id)).toBe('sent');
  });

  it('never repeats by itself what the provider may have taken; its client may', async () => {
    const id = await processed();
    door.provider.answers = ['DeliveryUnconfirmed'];
    await door.work();
    expect(await door.status(id)).toBe('failed');
    expect(door.queue.messages).toEqual([]);
    await door.work([id]);
    expect(door.provider.calls).toHaveLength(1);

    await door.process(id);
    await door.work();
    expect(await door.status(id)).toBe('sent');
    expect(await door.store.getRow(id)).toMatchObject({
      error: { code: 'DeliveryUnconfirmed', resolution: 'resent', message: expect.stringContaining('again') },
    });
  });

  it('is left alone while another attempt holds it', async () => {
    const id = await processed();
    door.provider.during = () => door.work([id]);
    await door.work();

    expect(door.provider.taken).toHaveLength(1);
    // The second message waits for the lease's end, and finds it sent then.
    const [later] = door.queue.messages;
    expect(later?.delayMs).toBeGreaterThan(LEASE_MS / 2);
    await door.work();
    expect(door.provider.taken).toHaveLength(1);
  });

  it('is unconfirmed where a worker died with it', async () => {
    const id = await processed();
    await createLedger(door.table).claim(rowOf(id), { leaseId: 'dead', leaseUntil: Date.now() - 10_000 });
    await door.work();

    expect(await door.store.getRow(id)).toMatchObject({ status: 'ERROR', error: { code: 'DeliveryUnconfirmed' } });
    expect(door.provider.calls).toEqual([]);
  });

  it('keeps a message of nobody for the dead letters', async () => {
    expect(await door.work(['nobody'])).toEqual(['nobody']);
    expect(door.counted.Poison).toBe(1);
  });
});
