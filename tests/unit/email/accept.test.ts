import { viewEmails } from '../../../api/emails.ts';
import { acceptEmail } from '../../../core/email/accept.ts';
import { listSends } from '../../../core/ledger/list-sends.ts';
import { emailRequest, openEmail } from './deps.ts';

describe('accepting email', () => {
  let email: Awaited<ReturnType<typeof openEmail>>;
  beforeEach(async () => {
    email = await openEmail();
  });
  afterEach(() => email.close());

  const two = emailRequest({
    destinations: [{ email: 'Pedro@Example.com' }, { email: 'ana@example.com', name: 'Ana' }],
  });

  it('gives each destination its own row and its own message, and shows them at once', async () => {
    const { batchId, duplicate } = await acceptEmail(email.accepting, two);

    expect(duplicate).toBe(false);
    expect(email.queue.messages).toEqual([
      { batchId, rowNumber: 1 },
      { batchId, rowNumber: 2 },
    ]);
    expect(await viewEmails(email.store, batchId)).toEqual(
      ['Pedro@Example.com', 'ana@example.com'].map((recipient) => ({
        batchId,
        from: 'sender@example.com',
        subject: 'test',
        recipient,
        status: false,
        state: 'QUEUED',
        retries: 0,
        provider: null,
        content: 'test',
        lastAttemptAt: null,
      })),
    );
  });

  it('is accepted once for one batch id, and refused for other content', async () => {
    const again = () => acceptEmail(email.accepting, two, { batchId: 'order-1-received', channel: 'order' });
    await again();
    email.clock.move(5000);

    expect(await again()).toEqual({ batchId: 'order-1-received', duplicate: true });
    expect((await email.store.getBatch('order-1-received'))?.createdAt).toBe('2026-11-22T10:00:00.000Z');
    await expect(acceptEmail(email.accepting, emailRequest(), { batchId: 'order-1-received' })).rejects.toThrow(
      'other content',
    );
  });

  it('is accepted while the queue is unavailable: its rows are visible, and due for the sweep', async () => {
    email.queue.broken = true;
    const { batchId } = await acceptEmail(email.accepting, two);

    expect(await viewEmails(email.store, batchId)).toHaveLength(2);
    expect(await email.store.due(email.clock.now() + 59_999, 10)).toEqual([]);
    expect(await email.store.due(email.clock.now() + 60_000, 10)).toEqual([batchId]);
  });

  it('knows no batch that was never accepted', async () => {
    await expect(viewEmails(email.store, 'nothing')).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('is in the ledger, listed by batch, by address and by status', async () => {
    await acceptEmail(email.accepting, emailRequest(), { batchId: 'b1' });
    const row = { sendId: 'b1-1', status: 'QUEUED', channel: 'email', email: 'pedro@example.com' };

    for (const filter of [{ batchId: 'b1' }, { email: 'Pedro@example.com' }, { statuses: ['QUEUED'] as const }]) {
      expect((await listSends(email.table, filter)).sends).toMatchObject([row]);
    }
  });
});
