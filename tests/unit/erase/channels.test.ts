import { deleteIf } from '../../../core/dynamodb/table.ts';
import { acceptEmail } from '../../../core/email/accept.ts';
import type { EmailRequest } from '../../../core/email/batch.ts';
import { createEmailStore } from '../../../core/email/store.ts';
import { sweepEmails } from '../../../core/email/sweep.ts';
import { listSends } from '../../../core/ledger/list-sends.ts';
import { changeOrder, createOrder } from '../../../core/orders/change-order.ts';
import { customerKey } from '../../../core/orders/item.ts';
import { type ProcessorDeps, processOrder } from '../../../core/orders/process-order.ts';
import { createOrderStore } from '../../../core/orders/store.ts';
import { processRequest, viewRequest } from '../../../core/requests/process.ts';
import { createRequestStore } from '../../../core/requests/store.ts';
import { keptQueue } from '../email/deps.ts';
import { keptQueues } from '../orders/support.ts';
import { silent } from '../support/telemetry.ts';
import { setRow } from './row-state.ts';
import { ANA, openErasure } from './support.ts';

const THEIRS = [ANA, 'Anastasia'];
const BOB = 'bob@example.com';

let stack: Awaited<ReturnType<typeof openErasure>>;
beforeEach(async () => {
  stack = await openErasure();
});
afterEach(() => stack.close());

describe('transactional email', () => {
  const FROM = { email: 'shop@example.com' };
  const mail: EmailRequest = {
    from: FROM,
    destinations: [{ email: 'Ana@example.com', name: 'Anastasia' }],
    subject: 'Receipt for Anastasia',
    plainContent: 'Dear Anastasia',
    htmlContent: '<p>Dear Anastasia',
  };
  const deps = () => ({
    store: createEmailStore(stack.table.sends),
    queue: keptQueue(),
    clock: stack.table.clock,
    telemetry: silent,
  });

  it('that was sent keeps neither address nor content', async () => {
    const { batchId } = await acceptEmail(deps(), mail);
    await setRow(stack.table.sends, { batchId, rowNumber: 1 }, 'SENT', {
      tries: [
        { provider: 'mailgun', class: 'transient', answer: `mailgun: 500 ${ANA}`, at: '2026-11-22T10:00:00.000Z' },
      ],
    });

    expect(await stack.erase()).toMatchObject({ emails: 1, ended: 0, rows: 0 });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    expect(await stack.row(batchId, 1)).toMatchObject({ status: 'SENT', email: 'erased' });
  });

  it('to several keeps its content for the others', async () => {
    const { batchId } = await acceptEmail(deps(), {
      ...mail,
      destinations: [{ email: BOB }, ...mail.destinations],
      subject: 'Hi',
      plainContent: 'To both',
      htmlContent: undefined,
    });

    expect(await stack.erase()).toMatchObject({ emails: 1, ended: 1 });

    expect(await stack.row(batchId, 2)).toMatchObject({ status: 'ERROR', error: { code: 'Erased' }, email: 'erased' });
    expect(await stack.row(batchId, 1)).toMatchObject({ status: 'QUEUED', email: BOB });
    expect(await deps().store.getBatch(batchId)).toMatchObject({
      destinations: [{ email: BOB }, { email: 'erased' }],
      plainContent: 'To both',
    });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });

  it('whose rows a crash left to the sweep is not sent by it', async () => {
    const { store } = deps();
    const queue = keptQueue();
    await acceptEmail(
      { ...deps(), store: { ...store, addRows: async () => Promise.reject(new Error('away')) } },
      mail,
      {
        batchId: 'lost',
      },
    );

    expect(await stack.erase()).toMatchObject({ emails: 1, ended: 1 });
    await stack.table.clock.sleep(3600_000);
    await sweepEmails({ table: stack.table.sends, store, queue, telemetry: silent }, stack.table.clock.now() + 60_000);

    expect(queue.messages).toEqual([]);
    expect(await stack.row('lost', 1)).toMatchObject({ status: 'ERROR', error: { code: 'Erased' } });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });
});

describe('a notification request', () => {
  it('is erased, and cannot be processed again', async () => {
    const store = createRequestStore(stack.table.sends);
    const sent: string[] = [];
    const deps = {
      store,
      queue: { send: async (id: string) => void sent.push(id) },
      telemetry: silent,
      newId: () => 'run',
    };
    const id = await store.create({ to: ANA, message: 'Dear Anastasia', type: 'email' });
    const other = await store.create({ to: BOB, message: 'Dear Bob', type: 'email' });

    expect(await stack.erase()).toMatchObject({ emails: 1, ended: 1 });

    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    expect(await viewRequest(deps, id)).toEqual({ id, status: 'failed' });
    await expect(processRequest(deps, id)).rejects.toMatchObject({ code: 'NotFound' });
    await processRequest(deps, other);
    expect(sent).toEqual([other]);
  });
});

describe('an order', () => {
  const customer = { email: ANA, name: 'Anastasia' };
  const store = () => createOrderStore(stack.table.sends);
  const orderDeps = () => ({ store: store(), queue: keptQueues(), clock: stack.table.clock, telemetry: silent });
  const create = (orderId = 'o1', more = {}) =>
    createOrder(orderDeps(), { orderId, status: 'received', description: 'Two shirts', customer, ...more });
  function processor(): ProcessorDeps & { accepted: string[] } {
    const accepted: string[] = [];
    return {
      ...orderDeps(),
      accepted,
      events: { publish: async () => undefined },
      accept: async (_request, batchId) => void accepted.push(batchId),
      from: { email: 'hello@pregon.test' },
    };
  }

  it('stays without its customer, who gets no notice any more', async () => {
    await create();
    await create('o2', { customer: { email: BOB, name: 'Bob' } });

    expect(await stack.erase()).toMatchObject({ orders: 1, emails: 0 });

    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    expect(await store().get('o1')).toMatchObject({ description: 'Two shirts', status: 'received', version: 2 });
    expect(await store().get('o2')).toMatchObject({ customer: { email: BOB } });
    const deps = processor();
    for (const orderId of ['o1', 'o2']) await processOrder(deps, { orderId, status: 'received', waits: 0 });
    expect(deps.accepted).toEqual(['order-o2-received']);
  });

  it('of an earlier customer is found too, and keeps the one that it has now', async () => {
    await create();
    await changeOrder(orderDeps(), 'o1', { customer: { email: BOB, name: 'Bob' } });
    expect(await stack.placesOf(ANA)).not.toEqual([]);

    expect(await stack.erase()).toMatchObject({ orders: 1 });

    expect(await stack.placesOf(...THEIRS)).toEqual([]);
    expect(await store().get('o1')).toMatchObject({ customer: { email: BOB } });
  });

  it('of an earlier release, which is in no index, is found by its notice', async () => {
    await create();
    const { sends } = stack.table;
    await deleteIf(sends, { key: customerKey('o1', ANA), condition: 'attribute_exists(#pk)', values: {} });
    const email = { store: createEmailStore(sends), queue: keptQueue(), clock: stack.table.clock, telemetry: silent };
    const accept = async (request: EmailRequest, batchId: string) =>
      void (await acceptEmail(email, request, { batchId, channel: 'order' }));
    await processOrder({ ...processor(), accept }, { orderId: 'o1', status: 'received', waits: 0 });

    expect(await stack.erase()).toMatchObject({ orders: 1, emails: 1 });
    expect(await stack.placesOf(...THEIRS)).toEqual([]);
  });

  it('that a client changes at the same time does not get its customer back', async () => {
    const before = await create();
    await stack.erase();

    // The client has read the order before.
    expect(await store().change(before, { ...before, description: 'Three shirts' })).toBeUndefined();
    await changeOrder(orderDeps(), 'o1', { status: 'inprocess' });
    await expect(create()).rejects.toMatchObject({ code: 'Conflict' });
    expect(await stack.placesOf(ANA)).toEqual([]);
  });

  it('is no send: lists by address leave it out', async () => {
    await create();
    const { batchId } = await stack.upload();
    const { files } = await stack.upload();
    await stack.register(files);

    const { sends } = await listSends(stack.table, { email: ANA }, { limit: 1 });
    expect(sends.map((send) => send.batchId)).toEqual([batchId]);
  });
});
