import type { BusEvent } from '../../src/events/delivery/event-bus.ts';
import { Faults } from '../../src/faults/faults.ts';
import type { JsonObject } from '../../src/json.ts';
import { EVENT_TYPES } from '../../src/ses/definitions.ts';
import { EventPublisher } from '../../src/ses/events/publisher.ts';
import { ses } from '../../src/ses/ses.ts';
import { countingOutbox } from '../../src/ses/state/outbox.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');

/** An SES with the configuration set `feedback`. Random numbers are those of `randoms`, then 0.5. */
function start({ types = EVENT_TYPES as readonly string[], everybody = false, randoms = [] as number[] } = {}) {
  const published: { event: BusEvent; delays: readonly number[] }[] = [];
  const faults = new Faults();
  const chance = { random: () => randoms.shift() ?? 0.5, sleep: async () => undefined };
  const events = new EventPublisher({
    sets: new Map([['feedback', new Set(types)]]),
    bus: {
      publish(event, delays = [0]) {
        published.push({ event, delays });
        return 'id';
      },
      settled: async () => undefined,
    },
    faults,
    chance,
    everybody,
  });
  const handler = ses({ outbox: countingOutbox(), events, faults, maxSendRate: 1_000, chance, now: () => NOW });
  const send = (to: string, more: object = { ConfigurationSetName: 'feedback' }) =>
    handler({
      service: 'ses',
      operation: 'SendEmail',
      body: Buffer.from(
        JSON.stringify({
          FromEmailAddress: 'Shop <news@shop.example>',
          Destination: { ToAddresses: [to] },
          Content: { Simple: { Subject: { Data: 'Hi' }, Body: { Text: { Data: 'content' } } } },
          EmailTags: [{ Name: 'sendId', Value: 'list-1' }],
          ...more,
        }),
      ),
    } as never);
  const eventTypes = () => published.map(({ event }) => event.detail.eventType);
  return { send, published, faults, types: eventTypes };
}

describe('the events of SES', () => {
  it.each([
    ['success@simulator.amazonses.com', ['Send', 'Delivery']],
    ['Success+label@Simulator.amazonses.com', ['Send', 'Delivery']],
    ['bounce@simulator.amazonses.com', ['Send', 'Bounce']],
    ['complaint@simulator.amazonses.com', ['Send', 'Delivery', 'Complaint']],
    ['suppressionlist@simulator.amazonses.com', ['Send', 'Bounce']],
    ['ooto@simulator.amazonses.com', ['Send', 'Delivery', 'Bounce']],
    ['ana@example.com', []],
  ])('of %s are %j', async (to, expected) => {
    const { send, types } = start();
    await send(to);

    expect(types()).toEqual(expected);
  });

  it('have the shapes of SES, with the tags of the request, from the configuration set', async () => {
    const { send, published } = start();
    await send('bounce@simulator.amazonses.com');
    const { event } = published[1] ?? {};

    expect(event).toMatchObject({
      bus: 'default',
      source: 'aws.ses',
      detailType: 'Email Bounced',
      resources: ['arn:aws:ses:us-east-1:000000000000:configuration-set/feedback'],
      detail: {
        eventType: 'Bounce',
        bounce: {
          bounceType: 'Permanent',
          bounceSubType: 'General',
          bouncedRecipients: [
            {
              emailAddress: 'bounce@simulator.amazonses.com',
              action: 'failed',
              status: '5.1.1',
              diagnosticCode: 'smtp; 550 5.1.1 user unknown',
            },
          ],
          timestamp: '2026-11-22T10:00:01.200Z',
        },
        mail: {
          timestamp: '2026-11-22T10:00:00.000Z',
          source: 'Shop <news@shop.example>',
          destination: ['bounce@simulator.amazonses.com'],
          commonHeaders: { subject: 'Hi' },
          tags: { sendId: ['list-1'], 'ses:configuration-set': ['feedback'] },
        },
      },
    });
    const { messageId } = (event?.detail.mail ?? {}) as JsonObject;
    expect(messageId).toMatch(/^0100/);
  });

  it('are only those that the destination asks for, and none without a configuration set', async () => {
    const { send, types } = start({ types: ['BOUNCE', 'COMPLAINT'] });
    await send('complaint@simulator.amazonses.com');
    await send('complaint@simulator.amazonses.com', {});

    expect(types()).toEqual(['Complaint']);
  });

  it('refuse a configuration set that does not exist', async () => {
    const { send } = start();

    await expect(send('ana@example.com', { ConfigurationSetName: 'other' })).rejects.toMatchObject({
      code: 'NotFoundException',
      status: 404,
    });
  });

  it('of other recipients follow the rates', async () => {
    const { send, types, faults } = start({ randoms: [0.05, 0.07, 0.9, 0.9, 0.01] });
    faults.replace({ feedback: { bounceRate: 0.06, complaintRate: 0.02 } });
    await send('a@example.com');
    await send('b@example.com');
    await send('c@example.com');

    expect(types()).toEqual(['Send', 'Bounce', 'Send', 'Delivery', 'Send', 'Delivery', 'Complaint']);
  });

  it('come for everybody where the stack or a fault says so', async () => {
    const { send, types, faults } = start({ everybody: true });
    await send('a@example.com');
    faults.replace({ feedback: { everybody: false } });
    await send('a@example.com');

    expect(types()).toEqual(['Send', 'Delivery']);
  });

  it('come after their usual times, and late, twice or out of order when told so', async () => {
    const { send, published, faults } = start({ randoms: [0.9, 0.1, 0, 0, 0] });
    const delays = () => published.splice(0).map((one) => one.delays);
    await send('success@simulator.amazonses.com');
    expect(delays()).toEqual([[700], [1_200]]);

    faults.replace({ feedback: { lateMs: 10_000, shuffled: true } });
    await send('success@simulator.amazonses.com');
    expect(delays()).toEqual([[12_700], [10_300]]);

    faults.replace({ feedback: { twiceRate: 1 } });
    await send('success@simulator.amazonses.com');
    expect(delays()).toEqual([
      [700, 1_400],
      [1_200, 2_400],
    ]);
  });
});
