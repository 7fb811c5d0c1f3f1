import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { faults, follow, hasEnded, redrive, sends, setRate } from './fire/support.ts';
import { eventually, Product, tempDataDir } from './support/product.ts';

let product: Product;

beforeAll(async () => {
  product = await Product.up(tempDataDir(), ['--rate', '50']);
});
afterAll(() => product.command.stop());

interface Feedback {
  delivered: number;
  bounced: number;
  complained: number;
  unsubscribed: number;
}

async function upload(addresses: readonly string[], content = 'Hello'): Promise<string> {
  const csv = `email,subject,content\n${addresses.map((address) => `${address},Hi,${content}\n`).join('')}`;
  const response = await product.upload(csv);
  if (!response.ok) throw new Error(`The upload was refused: ${await response.text()}`);
  return ((await response.json()) as { batchId: string }).batchId;
}
const feedbackOf = async (batchId: string): Promise<Feedback> => {
  const { campaign } = await product.graphql<{ campaign: { feedback: Feedback } }>(
    'query ($batchId: ID!) { campaign(batchId: $batchId) { feedback { delivered bounced complained unsubscribed } } }',
    { batchId },
  );
  return campaign.feedback;
};
const suppressed = async (address: string) => {
  const response = await product.call('GET', `/suppressions?address=${encodeURIComponent(address)}`);
  return ((await response.json()) as { suppressions: { reason: string }[] }).suppressions[0]?.reason;
};
const simulated = (name: string) => `${name}@simulator.amazonses.com`;

it('tells what became of emails to the mailbox simulator, with events late, twice and out of order', async () => {
  await faults(product, { feedback: { twiceRate: 1, shuffled: true, lateMs: 500 } });
  const names = ['success', 'bounce', 'complaint', 'suppressionlist', 'ooto'];
  const batchId = await upload(names.map(simulated));
  expect(await follow(product, batchId, hasEnded)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 5 } });

  const expected = { delivered: 3, bounced: 2, complained: 1, unsubscribed: 0 };
  await eventually(async () => JSON.stringify(await feedbackOf(batchId)) === JSON.stringify(expected));
  const query = `query ($batchId: ID!) {
    listEmailStatus(batchId: $batchId, limit: 10) { email feedback feedbackAt feedbackReason feedbackEvents { kind at reason } } }`;
  const { listEmailStatus: rows } = await product.graphql<{
    listEmailStatus: {
      email: string;
      feedback: string;
      feedbackAt: string;
      feedbackReason: string | null;
      feedbackEvents: { kind: string }[];
    }[];
  }>(query, { batchId });
  expect(Object.fromEntries(rows.map(({ email, feedback }) => [email.replace(/@.*/, ''), feedback]))).toEqual({
    success: 'DELIVERED',
    bounce: 'BOUNCED',
    complaint: 'COMPLAINED',
    suppressionlist: 'BOUNCED',
    ooto: 'DELIVERED',
  });
  expect(rows.find(({ email }) => email.startsWith('bounce'))?.feedbackReason).toContain('550 5.1.1 user unknown');
  const complaint = rows.find(({ email }) => email.startsWith('complaint'));
  expect(complaint?.feedbackEvents.map(({ kind }) => kind).sort()).toEqual(['COMPLAINED', 'DELIVERED']);
  const listed = await product.call('GET', `/campaigns/${batchId}/sends`);
  expect(((await listed.json()) as { sends: object[] }).sends).toContainEqual(
    expect.objectContaining({
      feedback: 'COMPLAINED',
      feedbackAt: expect.any(String),
      feedbackEvents: expect.arrayContaining([{ kind: 'DELIVERED', at: expect.any(String), reason: null }]),
    }),
  );
  expect(await Promise.all(names.map((name) => suppressed(simulated(name))))).toEqual([
    undefined,
    'bounced',
    'complained',
    'bounced',
    undefined,
  ]);
  await faults(product, {});
});

it('settles unconfirmed rows by their events, and a redrive ends SUCCEEDED without sending', async () => {
  // The events come when the campaign has long ended, also on a slow machine.
  await faults(product, { dropAfterAcceptRate: 1, feedback: { lateMs: 30_000 } });
  const batchId = await upload(['lost1', 'lost2', 'lost3'].map((name) => `${name}@example.com`));
  expect(await follow(product, batchId, hasEnded)).toMatchObject({ status: 'FAILED', unconfirmed: 3 });
  await faults(product, {});

  await follow(product, batchId, ({ unconfirmed }) => unconfirmed === 0);
  expect((await product.campaign(batchId)).counts).toEqual({ PENDING: 0, QUEUED: 0, SENT: 3, ERROR: 0 });
  expect((await redrive(product, batchId)).status).toBe(202);
  expect(await follow(product, batchId, hasEnded)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 3 } });
  expect(await product.mailbox(batchId)).toHaveLength(3);
});

it('stops a campaign whose list bounces, and continues after a redrive', async () => {
  await faults(product, { feedback: { bounceRate: 1 } });
  await setRate(product, 40);
  const batchId = await upload(Array.from({ length: 600 }, (_, n) => `old${n}@example.com`));
  const ended = await follow(product, batchId, hasEnded);

  expect(ended).toMatchObject({ status: 'ABORTED', reason: expect.stringContaining('TooManyBounces: ') });
  await faults(product, {});
  await setRate(product, 50);
  expect((await product.mailbox(batchId)).length).toBeLessThan(600);
  expect((await redrive(product, batchId)).status).toBe(202);
  expect(await follow(product, batchId, hasEnded)).toMatchObject({ status: 'SUCCEEDED' });
  const rows = await sends(product, batchId);
  expect(rows.filter(({ status }) => status === 'SENT')).toHaveLength(600);
});
