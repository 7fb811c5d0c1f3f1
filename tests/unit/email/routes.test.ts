import { allowedSenders } from '../../../core/email/senders.ts';
import { createIdempotency } from '../../../core/idempotency/idempotency.ts';
import { emailRoutes } from '../../../functions/emails/routes.ts';
import { httpClient } from '../support/http.ts';
import { emailRequest, openEmail } from './deps.ts';

describe('the routes of email', () => {
  let email: Awaited<ReturnType<typeof openEmail>>;
  let broken = false;
  beforeEach(async () => {
    email = await openEmail();
    broken = false;
  });
  afterEach(() => email.close());

  const post = (request: unknown, key?: string) =>
    client()('POST /emails/send', {
      headers: key === undefined ? {} : { 'idempotency-key': key },
      body: JSON.stringify(request),
    });
  const get = (id: string) => client()('GET /emails/{id}', { path: { id } });

  function client() {
    const { accepting, table, store } = email;
    const create: typeof store.create = async (...call) => {
      if (broken) throw new Error('the table is away');
      return store.create(...call);
    };
    return httpClient(
      emailRoutes({
        ...accepting,
        store: { ...store, create },
        allowed: allowedSenders('example.com'),
        idempotency: createIdempotency(table.control),
      }),
    );
  }

  it('leave the key of a refused request free, so that the corrected request is accepted with it', async () => {
    const wrong = emailRequest({ from: { email: 'sender@elsewhere.com' } });
    const refused = await post(wrong, 'k1');
    const empty = await post({ ...emailRequest(), subject: '' }, 'k1');
    const corrected = await post(emailRequest(), 'k1');

    expect([refused.status, empty.status, corrected.status]).toEqual([400, 400, 202]);
    expect(refused.body.detail).toContain('from.email');
    expect(email.queue.messages).toHaveLength(1);
  });

  it('do not replay a 5xx: a repeated call continues the same batch, and the email is sent once', async () => {
    broken = true;
    const failed = await post(emailRequest(), 'k1');
    broken = false;
    const accepted = await post(emailRequest(), 'k1');
    const replayed = await post(emailRequest(), 'k1');

    expect([failed.status, accepted.status, replayed.status]).toEqual([500, 202, 202]);
    expect(replayed.body).toEqual(accepted.body);
    expect(replayed.headers).toMatchObject({ 'idempotency-replay': 'true' });
    expect(email.queue.messages).toEqual([{ batchId: accepted.body.data.batchID, rowNumber: 1 }]);
  });

  it('answer an accepted batch, and 404 to any other id', async () => {
    const { body } = await post(emailRequest());

    expect((await get(body.data.batchID)).body.data.emails).toHaveLength(1);
    for (const id of ['nope', 'a'.repeat(2_043), 'é'.repeat(1_200)]) expect((await get(id)).status).toBe(404);
  });

  it('count a repeated request without a key as another', async () => {
    const [one, two] = [await post(emailRequest()), await post(emailRequest())];

    expect(one.body.data.batchID).not.toBe(two.body.data.batchID);
    expect(email.queue.messages).toHaveLength(2);
  });
});
