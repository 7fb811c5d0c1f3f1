import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { toRow } from '../../../core/ledger/item.ts';
import type { LedgerRow } from '../../../core/ledger/send.ts';
import { eventually, Product, tempDataDir } from '../support/product.ts';
import { awsOf, faults } from './support.ts';

/** Longer than a worker may run, and short enough that the test waits for leases alone. */
const VISIBILITY_S = '12';
const LANES = ['email', 'requests', 'order-received', 'order-inprocess', 'order-completed', 'order-canceled'];

const dataDir = tempDataDir();
let product: Product;
/** Answered by 202: they may not be forgotten. */
const accepted = { emails: [] as string[], requests: [] as string[], orders: [] as string[] };

beforeAll(async () => {
  product = await Product.up(dataDir);
  const sqs = new SQSClient(awsOf(product));
  for (const lane of LANES) {
    const QueueUrl = `${product.outputs.awsEndpoint}/000000000000/pregon-dev-${lane}`;
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: VISIBILITY_S } }));
  }
  sqs.destroy();
});

afterAll(async () => {
  await product.command.stop();
});

it('a kill while every queue is busy loses nothing that was accepted and sends nothing twice', async () => {
  await takeOrderWithoutQueue();
  // Rows are held for long enough that the kill meets some, before and after their mail was accepted.
  const slow = { latencyMs: 300 };
  await faults(product, { providers: { mailgun: slow, notify: slow }, services: { dynamodb: { latencyMs: 40 } } });
  const [asked, killed] = [new AbortController(), new AbortController()];
  // None of these calls is killed: a request whose message was never sent is the sweep's, and only after 90 s.
  // Two ask for more than the provider takes: its lane is in the middle for as long as it needs to be.
  const asking = [feed(askForRequest, asked.signal), feed(askForRequest, asked.signal)];
  const clients = [feed(changeOrder, killed.signal), feed(sendEmails, killed.signal)];
  const inTheMiddle = async () =>
    Object.values(lanesOf(await ledger())).every((rows) => sent(rows).length > 0 && rows.some(({ lease }) => lease));
  await eventually(inTheMiddle);
  asked.abort();
  await Promise.all(asking);
  await eventually(inTheMiddle);

  await product.command.kill9();
  const killedAt = Date.now();
  killed.abort();
  product = await Product.up(dataDir);
  const held = (await ledger()).filter((row) => row.lease && claimedAt(row) <= killedAt);
  await Promise.all(clients);
  await eventually(isAllDone, 500);

  const rows = await ledger();
  const mails = Map.groupBy(await product.mailbox(''), ({ sendId }) => sendId);
  const unconfirmed = rows.filter(({ error }) => error?.code === 'DeliveryUnconfirmed');
  expect(held.length).toBeGreaterThan(0);
  expect(idsOf(unconfirmed)).toEqual(expect.arrayContaining(idsOf(held)));
  expect(unconfirmed.filter((row) => claimedAt(row) > killedAt)).toEqual([]);
  expect(rows.filter((row) => row.status === 'ERROR' && !unconfirmed.includes(row))).toEqual([]);
  for (const { sendId, status, messageId } of rows) {
    const own = (mails.get(sendId) ?? []).map((mail) => mail.messageId);
    if (status === 'SENT') expect({ sendId, mails: own }).toEqual({ sendId, mails: [messageId] });
    else expect({ sendId, more: own.slice(1) }).toEqual({ sendId, more: [] });
  }
  const known = new Set(rows.map(({ sendId }) => sendId));
  expect([...mails.keys()].filter((sendId) => !known.has(sendId))).toEqual([]);
  const notices = accepted.orders.flatMap((orderId) => COURSE.map(({ status }) => `order-${orderId}-${status}-1`));
  const wanted = [...accepted.emails, ...accepted.requests.map((id) => `${id}-1`), ...notices];
  expect(wanted.filter((sendId) => !known.has(sendId))).toEqual([]);
});

/** Does one thing after the other until the kill, and a last one that the kill may fall into. */
async function feed(step: (turn: number) => Promise<void>, killed: AbortSignal): Promise<void> {
  for (let turn = 1; !killed.aborted; turn += 1) await step(turn);
}

const MAILS = 4;

async function sendEmails(turn: number): Promise<void> {
  const destinations = Array.from({ length: MAILS }, (_, n) => ({ email: `turn${turn}-${n}@example.com` }));
  const body = { from: { email: 'sender@example.com' }, destinations, subject: 'test', plainContent: 'test' };
  const { data } = await call<{ data: { batchID: string } }>('POST', '/emails/send', body, {
    'Idempotency-Key': `turn-${turn}`,
  });
  accepted.emails.push(...destinations.map((_, index) => `${data.batchID}-${index + 1}`));
}

async function askForRequest(): Promise<void> {
  const { id } = await call<{ id: string }>('POST', '/v1/requests', { to: '+34600', message: 'Hola', type: 'sms' });
  await call('POST', `/v1/requests/${id}/process`);
  accepted.requests.push(id);
}

const UNSENT = 'ORD-unsent';
const COURSE = [{ status: 'received' }, { status: 'inprocess' }, { status: 'completed' }];

async function changeOrder(turn: number): Promise<void> {
  const orderId = `ORD-${turn}`;
  const customer = { email: `customer${turn}@example.com` };
  await call('POST', '/orders', { orderId, description: 'Caldera', customer, ...COURSE[0] });
  for (const change of COURSE.slice(1)) await call('PUT', `/orders/${orderId}`, change);
  accepted.orders.push(orderId);
}

/** A call as a careful client makes it: one that is not answered, or is in progress still, is made again. */
async function call<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
  let answer: Response | undefined;
  await eventually(async () => {
    answer = await product
      .call(method, path, {
        ...(body && { body: JSON.stringify(body) }),
        headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
      })
      .catch(() => undefined);
    return answer !== undefined && answer.status < 500 && answer.status !== 409;
  });
  expect({ path, ok: answer?.ok }).toEqual({ path, ok: true });
  return (await answer?.json()) as T;
}

/** Nobody touches it again: it is the sweep's, half a minute later. */
async function takeOrderWithoutQueue(): Promise<void> {
  await faults(product, { services: { sqs: { errorRate: 1 } } });
  await call('POST', '/orders', { orderId: UNSENT, description: 'Gas', ...COURSE[0] });
}

async function timelineOf(orderId: string): Promise<string> {
  const { timeline } = await call<{ timeline: { status: string }[] }>('GET', `/orders/${orderId}`);
  return timeline.map(({ status }) => status).join();
}

const isComplete = async (orderId: string) => (await timelineOf(orderId)) === 'received,inprocess,completed';

async function isAllDone(): Promise<boolean> {
  await sweepOrders();
  if (!(await ledger()).every(hasEnded)) return false;
  const complete = await Promise.all(accepted.orders.map(isComplete));
  return complete.every(Boolean) && (await timelineOf(UNSENT)) === 'received';
}

/** As its schedule does every minute. */
const sweepOrders = () =>
  fetch(`${product.outputs.awsEndpoint}/2015-03-31/functions/pregon-dev-orders-sweep/invocations`, { method: 'POST' });

/** Every row of every lane, read with consistency. */
async function ledger(): Promise<LedgerRow[]> {
  const low = new DynamoDBClient(awsOf(product));
  const pages = paginateScan(
    { client: DynamoDBDocumentClient.from(low) },
    {
      TableName: product.outputs.sendsTable,
      ConsistentRead: true,
      FilterExpression: 'begins_with(sk, :state) AND attribute_exists(#email)',
      ExpressionAttributeNames: { '#email': 'email' },
      ExpressionAttributeValues: { ':state': 'S#' },
    },
  );
  const rows: LedgerRow[] = [];
  try {
    for await (const { Items = [] } of pages) rows.push(...Items.map(toRow));
  } finally {
    low.destroy();
  }
  return rows;
}

const lanesOf = (rows: readonly LedgerRow[]) => ({
  emails: rows.filter(({ channel }) => channel === 'email'),
  requests: rows.filter(({ channel }) => channel === 'sms'),
  orders: rows.filter(({ channel }) => channel === 'order'),
});

const sent = (rows: readonly LedgerRow[]) => rows.filter(({ status }) => status === 'SENT');
const hasEnded = ({ status }: LedgerRow) => status === 'SENT' || status === 'ERROR';
const claimedAt = ({ lastAttemptAt }: LedgerRow) => Date.parse(lastAttemptAt ?? '');
const idsOf = (rows: readonly LedgerRow[]) => rows.map(({ sendId }) => sendId);
