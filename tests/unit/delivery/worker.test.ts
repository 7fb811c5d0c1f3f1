import { createRecipientCheck } from '../../../core/consent/recipient-check.ts';
import { createSuppressions } from '../../../core/consent/suppressions.ts';
import { PregonError } from '../../../core/errors.ts';
import { errorOf, LEASE_MARGIN_MS } from '../../../core/ledger/transitions.ts';
import { failing, openDelivery, range, unsubscribeUrl } from './support.ts';

let delivery: Awaited<ReturnType<typeof openDelivery>>;

beforeEach(async () => {
  delivery = await openDelivery();
});
afterEach(() => delivery.close());

const recipients = () => delivery.mailbox.map(({ email }) => email.sendId).sort();

describe('a batch of messages', () => {
  it('becomes one email per row, recorded, counted and answered', async () => {
    await delivery.campaign(10, {}, { content: 'Hola **mundo**' });
    await delivery.workOff(range(1, 10));
    expect(recipients()).toEqual(
      range(1, 10)
        .map((row) => `b1-${row}`)
        .sort(),
    );
    expect(delivery.answers).toHaveLength(10);
    expect(delivery.answers.every(({ answer }) => answer === 'success')).toBe(true);
    expect((await delivery.counters.read('b1')).sent).toBe(10);
    expect(await delivery.row(3)).toMatchObject({ status: 'SENT', attempts: 1, provider: 'ses', messageId: 'm-b1-3' });
    expect(delivery.mailbox[0]?.email).toMatchObject({
      from: { email: 'hello@pregon.test' },
      channel: 'campaign',
      text: 'Hola **mundo**',
    });
  });

  it('sends a row once though its message comes twice, to two workers', async () => {
    // moto makes conditional writes of one moment both, now and then (docs/testing.md): then this fails, as it should.
    await delivery.campaign(10);
    const [one, two] = [delivery.worker(), delivery.worker()];
    await Promise.all([one(range(1, 10)), two(range(1, 10))]);
    // Whoever met another's lease leaves its message in the queue, and finds the row SENT later.
    await delivery.workOff(range(1, 10));
    expect(recipients()).toEqual(
      range(1, 10)
        .map((row) => `b1-${row}`)
        .sort(),
    );
  });

  it('leaves an unrecognised message to the dead-letter queue and processes the others', async () => {
    await delivery.campaign(1);
    expect(await delivery.worker()(['{"taskToken":""}', 'no json', 1, 99])).toEqual(['poison', 'poison', 'message-99']);
    expect(delivery.mailbox).toHaveLength(1);
    expect(delivery.metrics.get('Poison')).toBe(3);
  });

  it('carries the name of the sender and the address for answers that its campaign has', async () => {
    await delivery.campaign(1, { fromName: 'La tienda', replyTo: 'answers@münchen.example' });
    await delivery.worker()([1]);
    expect(delivery.mailbox[0]?.email).toMatchObject({
      from: { email: 'hello@pregon.test', name: 'La tienda' },
      replyTo: 'answers@xn--mnchen-3ya.example',
    });
  });

  it('of an HTML campaign carries a text part made from it', async () => {
    await delivery.campaign(
      1,
      { format: 'html' },
      { content: '<h1>Hola</h1><p>mundo <a href="https://x.test">aquí</a></p>' },
    );
    await delivery.worker()([1]);
    expect(delivery.mailbox[0]?.email).toMatchObject({
      html: expect.stringContaining('<h1>'),
      text: expect.stringMatching(/hola[\s\S]*mundo aquí/i),
    });
  });

  it.each([
    [
      'at once',
      () => {
        throw new RangeError('Maximum call stack size exceeded');
      },
    ],
    [
      'of this row',
      () => () => {
        throw new TypeError('no such property');
      },
    ],
  ])('whose row cannot be rendered records an error of that row alone: %s', async (_when, fail) => {
    await delivery.campaign(2);
    const kept = await delivery.worker({
      render: (job, content) =>
        job.row.rowNumber === 1
          ? fail()
          : ({ sendId, batchId, channel, email }) => ({
              sendId,
              batchId,
              channel,
              from: { email: 'hello@pregon.test' },
              to: { email },
              subject: 'S',
              text: content,
            }),
    })([1, 2]);

    expect(kept).toEqual([]);
    expect(recipients()).toEqual(['b1-2']);
    expect(await delivery.row(1)).toMatchObject({
      status: 'ERROR',
      error: { code: 'NotRenderable', retryable: false },
    });
    expect(delivery.answers).toContainEqual(expect.objectContaining({ token: 't1', answer: 'Recipient' }));
  });

  it('to an international domain goes to its ASCII form and shows it as given', async () => {
    await delivery.campaign(1, {}, { email: 'user@exämple.com' });
    await delivery.workOff([1]);

    expect(delivery.mailbox[0]?.email.to).toEqual({ email: 'user@xn--exmple-cua.com' });
    expect(await delivery.row(1)).toMatchObject({ status: 'SENT', email: 'user@exämple.com' });
  });

  it('has an unsubscribe link of its own, in its headers and its content', async () => {
    await delivery.campaign(2, {}, { content: 'Stop: {{unsubscribe_url}}' });
    await delivery.worker()([1, 2]);

    const links = [1, 2].map((row) => unsubscribeUrl({ sendId: `b1-${row}` }));
    expect(delivery.mailbox.map(({ email }) => email.text)).toEqual(links.map((link) => `Stop: ${link}`));
    expect(delivery.mailbox.map(({ email }) => email.headers)).toEqual(
      links.map((link) => ({
        'List-Unsubscribe': `<${link}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      })),
    );
  });

  it('has the link at its end where its content has none', async () => {
    await delivery.campaign(1, { format: 'html' }, { content: '<p>Hi</p>' });
    await delivery.worker({ unsubscribe: { links: async () => unsubscribeUrl, footer: 'Baja' } })([1]);

    const { text, html } = delivery.mailbox[0]?.email ?? {};
    expect(html).toContain('href="https://mail.example/unsubscribe/b1-1">Baja</a>');
    expect(text).toBe('Hi\n\n-- \nBaja: https://mail.example/unsubscribe/b1-1\n');
  });

  it('is not sent to a suppressed address, whose row ends in ERROR for good and is answered', async () => {
    const suppressions = createSuppressions(delivery.table);
    await delivery.campaign(3);
    const { email = '' } = (await delivery.row(2)) ?? {};
    await suppressions.add(email, { reason: 'unsubscribed' });
    await delivery.worker({ refuse: createRecipientCheck(suppressions) })([1, 2, 3]);

    expect(delivery.mailbox.map(({ email: { sendId } }) => sendId).sort()).toEqual(['b1-1', 'b1-3']);
    expect(await delivery.row(2)).toMatchObject({
      status: 'ERROR',
      error: { code: 'Suppressed', class: 'recipient', retryable: false },
    });
    expect(delivery.answers.find(({ token }) => token === 't2')).toMatchObject({ answer: 'Recipient' });
    expect([delivery.metrics.get('Suppressed'), delivery.metrics.get('Rejected')]).toEqual([1, undefined]);
  });

  it('is not sent to an address that is suppressed while the worker waits for the slot', async () => {
    const suppressions = createSuppressions(delivery.table);
    await delivery.campaign(2);
    const { email = '' } = (await delivery.row(2)) ?? {};
    // One email in two seconds: the second row is claimed long after the first one was sent.
    delivery.onSend(async () => {
      await suppressions.add(email, { reason: 'unsubscribed' });
    });
    await delivery.worker({ perSecond: 0.5, refuse: createRecipientCheck(suppressions) })([1, 2]);

    expect(delivery.mailbox.map(({ email: { sendId } }) => sendId)).toEqual(['b1-1']);
  });

  it('waits when the suppression list does not answer, and is not sent unasked', async () => {
    await delivery.campaign(1);
    await delivery.worker({ refuse: () => Promise.reject(new PregonError('Unavailable', 'busy')) })([1]);

    expect(delivery.mailbox).toEqual([]);
    expect(await delivery.row(1)).toMatchObject({ status: 'QUEUED', attempts: 0 });
    expect((await delivery.row(1))?.lease).toBeUndefined();
    expect(delivery.postponed).toHaveLength(1);
  });

  it('of a dry run is recorded and sends nothing', async () => {
    await delivery.campaign(2, { dryRun: true });
    await delivery.worker()([1, 2]);
    expect(delivery.mailbox).toHaveLength(0);
    expect(await delivery.row(1)).toMatchObject({ status: 'SENT', provider: 'dry-run', messageId: 'dry-run-b1-1' });
  });
});

describe("what does not fit into the function's time", () => {
  it('is postponed with nothing claimed', async () => {
    await delivery.campaign(10);
    expect(await delivery.worker({ perSecond: 2 })(range(1, 10), 8_000)).toEqual([]);
    expect(delivery.mailbox.length).toBeGreaterThan(0);
    expect(delivery.mailbox.length + delivery.postponed.length).toBe(10);
    for (const { job } of delivery.postponed) {
      expect(await delivery.row(job.row.rowNumber)).toMatchObject({ status: 'QUEUED', attempts: 0 });
    }
  });
});

describe('a worker that dies', () => {
  it('while its rows wait for their slots has claimed none of them', async () => {
    await delivery.campaign(10);
    const working = delivery.worker({ perSecond: 4 })(range(1, 10));
    await delivery.clock.until(() => delivery.mailbox.length >= 3);
    const rows = await Promise.all(range(1, 10).map((row) => delivery.row(row)));
    const waiting = rows.filter((row) => row?.status === 'QUEUED');
    expect(waiting.length).toBeGreaterThan(3);
    // One may be under way or being recorded, and one is claimed some milliseconds before its slot.
    expect(waiting.filter((row) => row?.lease).length).toBeLessThanOrEqual(2);
    await working;
  });
});

describe('a row that missed its slot', () => {
  it('is not claimed while it waits for the next, and is one attempt', async () => {
    await delivery.campaign(1);
    const { ledger } = delivery;
    const released = Promise.withResolvers<void>();
    let claims = 0;
    const working = delivery.worker({
      perSecond: 1,
      ledger: {
        ...ledger,
        async claim(...args) {
          const claim = await ledger.claim(...args);
          claims += 1;
          if (claims === 1) await delivery.clock.sleep(300);
          return claim;
        },
        async release(...args) {
          const done = await ledger.release(...args);
          released.resolve();
          return done;
        },
      },
    })([1]);
    await Promise.race([released.promise, working]);

    expect(delivery.mailbox).toHaveLength(0);
    expect(await delivery.row(1)).toMatchObject({ status: 'QUEUED', attempts: 0 });
    expect((await delivery.row(1))?.lease).toBeUndefined();

    await working;
    expect(delivery.mailbox).toHaveLength(1);
    expect(await delivery.row(1)).toMatchObject({ status: 'SENT', attempts: 1 });
    expect(delivery.metrics.get('SlotMissed')).toBe(1);
  });
});

describe('an error of the provider', () => {
  beforeEach(() => delivery.campaign(1));

  it('that is permanent ends the row at once', async () => {
    delivery.onSend(failing('MessageRejected'));
    await delivery.worker()([1]);
    expect(await delivery.row(1)).toMatchObject({
      status: 'ERROR',
      error: { code: 'MessageRejected', retryable: false },
    });
    expect(delivery.answers).toEqual([
      { token: 't1', answer: 'Recipient', cause: { code: 'MessageRejected', message: expect.any(String) } },
    ]);
  });

  it('that is transient gives the row back and lets the workflow retry', async () => {
    delivery.onSend(failing('ProviderUnavailable'));
    await delivery.worker()([1]);
    const row = await delivery.row(1);
    expect(row).toMatchObject({ status: 'QUEUED', attempts: 1 });
    expect(row?.lease).toBeUndefined();
    expect(delivery.answers).toMatchObject([{ answer: 'Transient' }]);
  });

  it('that is a throttle uses up no attempt and comes back by a copy with the same token', async () => {
    delivery.onSend(failing('Throttled'));
    expect(await delivery.worker()([1])).toEqual([]);
    expect(await delivery.row(1)).toMatchObject({ status: 'QUEUED', attempts: 0 });
    expect(delivery.answers).toEqual([]);
    expect(delivery.postponed).toMatchObject([{ job: { message: { taskToken: 't1' } } }]);
    expect(delivery.metrics.get('Throttled')).toBe(1);
  });

  it('that leaves open whether it was accepted makes the row unconfirmed', async () => {
    delivery.onSend(failing('DeliveryUnconfirmed'));
    await delivery.worker()([1]);
    expect(await delivery.row(1)).toMatchObject({ status: 'ERROR', error: { class: 'unconfirmed' } });
    expect(delivery.answers).toMatchObject([{ answer: 'Unconfirmed' }]);
  });

  it('that nobody classified makes the row unconfirmed', async () => {
    delivery.onSend(() => {
      throw new TypeError('oh');
    });
    await delivery.worker()([1]);
    expect(await delivery.row(1)).toMatchObject({ status: 'ERROR', error: { class: 'unconfirmed' } });
  });

  it('of the account stops the campaign and keeps the reason, the attempt uncounted', async () => {
    delivery.onSend(failing('SendingPaused'));
    await delivery.worker()([1]);
    expect(await delivery.row(1)).toMatchObject({ status: 'QUEUED', attempts: 0 });
    expect(delivery.answers).toMatchObject([{ answer: 'Account' }]);
    expect((await delivery.store.get('b1'))?.accountError).toMatchObject({ code: 'SendingPaused' });
    expect(delivery.metrics.get('AccountStopped')).toBe(1);
    // While the Map Run is being stopped nobody tries the next row.
    await delivery.worker()([1]);
    expect(delivery.metrics.get('AccountStopped')).toBe(1);
  });
});

describe('a message that comes late', () => {
  it('of a row that is SENT is only answered', async () => {
    await delivery.campaign(1, {}, { status: 'SENT', messageId: 'm' });
    expect(await delivery.worker()([1])).toEqual([]);
    expect(delivery.mailbox).toHaveLength(0);
    expect(delivery.answers).toEqual([{ token: 't1', answer: 'success' }]);
    expect((await delivery.counters.read('b1')).sent).toBe(0);
  });

  it('of a row in ERROR is answered with its class and gone', async () => {
    await delivery.campaign(1, {}, { status: 'ERROR', error: errorOf('NotDelivered', 'lost') });
    expect(await delivery.worker()([1])).toEqual([]);
    expect(delivery.mailbox).toHaveLength(0);
    expect(delivery.answers).toMatchObject([{ answer: 'Recipient' }]);
  });

  it('of a row that is not queued sends nothing', async () => {
    await delivery.campaign(1, {}, { status: 'PENDING' });
    await delivery.worker()([1]);
    expect(delivery.mailbox).toHaveLength(0);
  });

  it('of a stopped campaign is gone once nobody waits for it', async () => {
    await delivery.campaign(2, { status: 'ABORTED' });
    delivery.dead.add('t1');
    expect(await delivery.worker()([1, 2])).toEqual([]);
    expect(delivery.mailbox).toHaveLength(0);
    // Somebody waits for the second: the campaign's state may be old.
    expect(delivery.postponed.map(({ job }) => job.row.rowNumber)).toEqual([2]);
  });

  it('whose row another attempt holds comes again when its lease is over', async () => {
    await delivery.campaign(1);
    const lease = { leaseId: 'other', leaseUntil: delivery.clock.now() + 20_000 };
    await delivery.ledger.claim({ batchId: 'b1', rowNumber: 1 }, lease);
    expect(await delivery.worker()([1])).toEqual([]);
    expect(delivery.mailbox).toHaveLength(0);
    const [copy] = delivery.postponed;
    expect(copy?.job.message.taskToken).toBe('t1');
    expect(delivery.clock.now() + (copy?.delayMs ?? 0)).toBeGreaterThan(lease.leaseUntil + LEASE_MARGIN_MS);
    expect(copy?.delayMs).toBeLessThan(25_000);
  });

  it('whose row was held by a worker that died makes it unconfirmed', async () => {
    await delivery.campaign(1);
    const lease = { leaseId: 'dead', leaseUntil: delivery.clock.now() - 5_000 };
    await delivery.ledger.claim({ batchId: 'b1', rowNumber: 1 }, lease);
    await delivery.workOff([1]);
    expect(delivery.mailbox).toHaveLength(0);
    expect(await delivery.row(1)).toMatchObject({ status: 'ERROR', error: { code: 'DeliveryUnconfirmed' } });
    expect(delivery.answers).toMatchObject([{ answer: 'Unconfirmed' }]);
  });

  it.each([60_000, 120_000])(
    'whose row another worker holds is not unconfirmed when both were stopped for %i ms',
    async (stoppedMs) => {
      await delivery.campaign(1);
      const { ledger, clock } = delivery;
      const other = delivery.worker();
      const claim: typeof ledger.claim = async (...call) => {
        const claimed = await ledger.claim(...call);
        clock.move(stoppedMs);
        expect(await other([1])).toEqual([]);
        return claimed;
      };
      expect(await delivery.worker({ ledger: { ...ledger, claim } })([1])).toEqual([]);
      expect(delivery.mailbox).toEqual([]);
      const released = await delivery.row(1);
      expect(released).toMatchObject({ status: 'QUEUED', attempts: 0 });
      expect(released?.lease).toBeUndefined();

      await delivery.workOff([1]);
      expect(recipients()).toEqual(['b1-1']);
      expect(delivery.metrics.get('Unconfirmed')).toBeUndefined();
    },
  );
});

describe('a stop', () => {
  it('reaches rows that wait for their slots', async () => {
    await delivery.campaign(10);
    const working = delivery.worker({ perSecond: 3 })(range(1, 10));
    await delivery.clock.until(() => delivery.mailbox.length >= 2);
    await delivery.store.update('b1', { set: { status: 'ABORTED' } });
    for (const row of range(1, 10)) delivery.dead.add(`t${row}`);
    const sentAtStop = delivery.mailbox.length;
    await working;
    // A state is at most a second old: four slots at most.
    expect(delivery.mailbox.length - sentAtStop).toBeLessThanOrEqual(4);
  });
});

describe('Step Functions failing for a moment', () => {
  it('at the answer has it given again within seconds by a copy of the message, and sends nothing again', async () => {
    await delivery.campaign(1);
    const busy = Object.assign(new Error('busy'), { name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } });
    const refuse = () => Promise.reject(busy);
    const work = delivery.worker({ tokens: { succeed: refuse, fail: refuse, isWaiting: refuse } });
    expect(await work([1])).toEqual([]);
    expect(delivery.postponed).toMatchObject([{ job: { message: { taskToken: 't1' } }, delayMs: 2_000 }]);
    await delivery.workOff([1]);
    expect(delivery.mailbox).toHaveLength(1);
    expect(delivery.answers).toMatchObject([{ token: 't1', answer: 'success' }]);
  });
});

describe('DynamoDB failing', () => {
  it('at the record leaves the message, and the row unconfirmed rather than sent again', async () => {
    await delivery.campaign(1);
    const broken = {
      ...delivery.ledger,
      recordSent: async () => {
        throw new Error('no table');
      },
    };
    expect(await delivery.worker({ ledger: broken })([1])).toEqual(['message-1']);
    expect(delivery.mailbox).toHaveLength(1);
    expect((await delivery.row(1))?.lease).toBeDefined();
    expect(await delivery.worker()([1])).toEqual([]);
    expect(delivery.postponed).toHaveLength(1);
    expect(delivery.mailbox).toHaveLength(1);
  });

  it.each(['claim', 'contents'] as const)(
    'for a moment at the %s brings the row again within seconds, unclaimed',
    async (call) => {
      await delivery.campaign(1);
      const busy = Object.assign(new Error('busy'), {
        name: 'InternalServerError',
        $metadata: { httpStatusCode: 500 },
      });
      const broken = { ...delivery.ledger, [call]: () => Promise.reject(busy) };
      expect(await delivery.worker({ ledger: broken })([1])).toEqual([]);
      expect(delivery.postponed).toMatchObject([{ job: { message: { taskToken: 't1' } }, delayMs: 2_000 }]);
      expect((await delivery.row(1))?.lease).toBeUndefined();
      await delivery.workOff([1]);
      expect(await delivery.row(1)).toMatchObject({ status: 'SENT', attempts: 1 });
    },
  );

  it('at the claim leaves the message and no lease', async () => {
    await delivery.campaign(1);
    const broken: typeof delivery.ledger = {
      ...delivery.ledger,
      async claim(id, lease) {
        await delivery.ledger.claim(id, lease);
        throw new Error('the answer was lost');
      },
    };
    expect(await delivery.worker({ ledger: broken })([1])).toEqual(['message-1']);
    expect((await delivery.row(1))?.lease).toBeUndefined();
    expect(await delivery.worker()([1])).toEqual([]);
    expect(delivery.mailbox).toHaveLength(1);
  });
});
