import {
  DeleteRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import type { Rule } from '../../src/events/definitions.ts';
import { EventBus } from '../../src/events/delivery/event-bus.ts';
import { targetInput } from '../../src/events/delivery/target-input.ts';
import { compilePattern } from '../../src/events/matching/pattern.ts';
import { parseSchedule } from '../../src/events/matching/schedule.ts';
import { eventsApi } from '../../src/events/protocol.ts';
import { DeliveryQueue } from '../../src/events/state/delivery-queue.ts';
import { RuleStore } from '../../src/events/state/rule-store.ts';
import { Faults } from '../../src/faults/faults.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import { AWS_LIMITS, limitsOf } from '../../src/limits/limits.ts';
import { clientOptions, closing, eventually, gatewayFor, temporaryFolder } from './support.ts';

const track = closing();

describe('event patterns', () => {
  const event = {
    source: 'aws.states',
    detail: {
      status: 'FAILED',
      attempts: 3,
      tags: ['a', 'b'],
      empty: null,
      rows: [{ id: 1 }, { id: 2 }],
      ip: '10.1.2.3',
    },
  };
  const cases: [JsonObject, boolean][] = [
    [{ source: ['aws.states', 'other'] }, true],
    [{ source: ['other'] }, false],
    [{ detail: { status: [{ prefix: 'FA' }] } }, true],
    [{ detail: { status: [{ prefix: { 'equals-ignore-case': 'fa' } }] } }, true],
    [{ detail: { status: [{ suffix: 'ED' }] } }, true],
    [{ detail: { status: [{ 'equals-ignore-case': 'failed' }] } }, true],
    [{ detail: { status: [{ wildcard: 'F*D' }] } }, true],
    [{ detail: { status: [{ wildcard: 'F*X' }] } }, false],
    [{ detail: { status: [{ 'anything-but': ['SUCCEEDED', 'RUNNING'] }] } }, true],
    [{ detail: { status: [{ 'anything-but': 'FAILED' }] } }, false],
    [{ detail: { status: [{ 'anything-but': { prefix: 'FA' } }] } }, false],
    [{ detail: { attempts: [{ numeric: ['>', 2, '<=', 3] }] } }, true],
    [{ detail: { attempts: [{ numeric: ['=', 4] }] } }, false],
    [{ detail: { tags: ['b'] } }, true],
    [{ detail: { empty: [null] } }, true],
    [{ detail: { missing: [{ exists: false }] } }, true],
    [{ detail: { status: [{ exists: true }] } }, true],
    [{ detail: { other: { deep: [{ exists: false }] } } }, true],
    [{ detail: { rows: { id: [2] } } }, true],
    [{ detail: { ip: [{ cidr: '10.1.0.0/16' }] } }, true],
    [{ detail: { ip: [{ cidr: '10.2.0.0/16' }] } }, false],
    [{ $or: [{ source: ['x'] }, { detail: { attempts: [3] } }] }, true],
    [{ source: ['aws.states'], $or: [{ source: ['x'] }, { source: ['y'] }] }, false],
  ];
  it.each(cases)('%j → %s', (pattern, matches) => {
    expect(compilePattern(pattern)(event)).toBe(matches);
  });

  it.each([[{}], [{ a: 'text' }], [{ a: [] }], [{ a: [{ unknown: 1 }] }], [{ a: [{ numeric: ['>'] }] }]])(
    'refuses %j',
    (pattern) => {
      expect(() => compilePattern(pattern as Json)).toThrow('Event pattern is not valid');
    },
  );
});

describe('schedules', () => {
  const after = Date.parse('2026-11-22T10:07:30Z'); // a Sunday
  it.each([
    ['rate(5 minutes)', '2026-11-22T10:12:30Z'],
    ['rate(1 hour)', '2026-11-22T11:07:30Z'],
    ['cron(0/15 * * * ? *)', '2026-11-22T10:15:00Z'],
    ['cron(0 9 ? * MON-FRI *)', '2026-11-23T09:00:00Z'],
    ['cron(30 4 1 * ? *)', '2026-12-01T04:30:00Z'],
    ['cron(0 0 L * ? *)', '2026-11-30T00:00:00Z'],
    ['cron(0 0 29 FEB ? *)', '2028-02-29T00:00:00Z'],
    ['at(2026-11-23T00:00:00)', '2026-11-23T00:00:00Z'],
  ])('%s is due next at %s', (expression, due) => {
    expect(new Date(parseSchedule(expression)(after) ?? 0).toISOString()).toBe(due.replace('Z', '.000Z'));
  });

  it.each(['rate(0 minutes)', 'cron(* * * *)', 'cron(61 * * * ? *)', 'cron(0 0 ? * 2#1 *)', 'often'])(
    'refuses %s',
    (text) => {
      expect(() => parseSchedule(text)).toThrow('ScheduleExpression is not valid');
    },
  );
});

describe('the input of a target', () => {
  const event = { detail: { id: 7, name: 'Ana "A"' }, source: 'app', time: '2026-11-22T10:00:00Z' };
  const transformed = (InputTemplate: string) => ({
    InputTransformer: {
      InputPathsMap: { id: '$.detail.id', name: '$.detail.name', none: '$.detail.none', all: '$.detail' },
      InputTemplate,
    },
  });
  it.each<[string, JsonObject, string]>([
    ['the event', {}, JSON.stringify(event)],
    ['its own input', { Input: '{"a":1}' }, '{"a":1}'],
    ['a part', { InputPath: '$.detail.id' }, '7'],
    [
      'JSON with values',
      transformed('{"id": <id>, "name":<name>, "list": [<all>, <none>]}'),
      '{"id": 7, "name":"Ana \\"A\\"", "list": [{"id":7,"name":"Ana \\"A\\""}, ""]}',
    ],
    [
      'JSON with texts',
      transformed('{"name": "<name>", "text": "is \\"<id>\\", <none>, <all>"}'),
      '{"name": "Ana \\"A\\"", "text": "is \\"7\\", , {id:7,name:Ana \\\\A\\\\}"}',
    ],
    ['a text in quotes', transformed('"<name> has <id>"'), '"Ana \\"A\\" has 7"'],
    ['a text without quotes', transformed('<id> is <name>'), '7 is Ana "A"'],
    [
      'the reserved variables',
      transformed(
        '[<aws.events.rule-name>, "<aws.events.rule-arn>", <aws.events.event.ingestion-time>, <aws.events.event>, <other>]',
      ),
      '["r", "arn:r", "2026-11-22T10:00:00Z", {"source":"app","time":"2026-11-22T10:00:00Z"}, <other>]',
    ],
    ['the event as JSON', transformed('{"event": <aws.events.event.json>}'), `{"event": ${JSON.stringify(event)}}`],
  ])('%s', (_what, settings, expected) => {
    expect(targetInput(settings, event, { name: 'r', arn: 'arn:r' })).toBe(expected);
  });
});

describe('EventBridge', () => {
  const TARGET = 'arn:aws:sqs:us-east-1:000000000000:target';
  const rule = (more: Partial<Rule> = {}): Rule => ({
    name: 'failures',
    arn: 'arn:aws:events:us-east-1:000000000000:rule/failures',
    bus: 'default',
    matches: compilePattern({ source: ['app'], detail: { status: ['FAILED'] } }),
    enabled: true,
    origin: 'aws.events',
    targets: [{ id: 't', arn: TARGET, settings: {} }],
    ...more,
  });

  async function start({
    folder = track(temporaryFolder()).path,
    rules = [rule()],
    failures = 0,
    down = false,
    max = AWS_LIMITS.max,
  } = {}) {
    const delivered: [string, Json][] = [];
    const errors: unknown[] = [];
    const faults = new Faults();
    const clock = { offset: 0 };
    let left = failures;
    const queue = new DeliveryQueue(folder);
    const store = new RuleStore({ rules, buses: ['default', 'audit'], folder });
    const bus = new EventBus({
      rules: () => store.all,
      queue,
      faults,
      chance: { random: () => 0.5, sleep: async () => undefined },
      now: () => Date.now() + clock.offset,
      deliver: async (arn, payload) => {
        if (down || left-- > 0) throw new Error('not now');
        delivered.push([arn, JSON.parse(payload) as Json]);
      },
      onError: (error) => errors.push(error),
    });
    bus.start();
    const gateway = await gatewayFor({ events: eventsApi({ bus, rules: store, max }) });
    const client = new EventBridgeClient(clientOptions(gateway));
    let closed = false;
    const close = async () => {
      if (closed) return;
      closed = true;
      client.destroy();
      await gateway.close();
      bus.close();
      queue.close();
    };
    const put = (detail: object, more: object = {}) =>
      client.send(
        new PutEventsCommand({
          Entries: [{ Source: 'app', DetailType: 'Change', Detail: JSON.stringify(detail), ...more }],
        }),
      );
    /** Advances the clock of the bus and lets it run the work that is due. */
    const later = (ms: number) => {
      clock.offset += ms;
      bus.start();
    };
    return { ...track({ close }), client, put, delivered, errors, faults, later };
  }

  it('delivers an event to the targets of the rules that match it', async () => {
    const { put, delivered } = await start();
    await put({ status: 'SUCCEEDED' });
    await put({ status: 'FAILED' }, { EventBusName: 'audit' });
    const { Entries } = await put({ status: 'FAILED' });
    await eventually(() => delivered[0]);
    expect(delivered).toEqual([
      [
        TARGET,
        {
          version: '0',
          id: Entries?.[0]?.EventId,
          'detail-type': 'Change',
          source: 'app',
          account: '000000000000',
          region: 'us-east-1',
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          resources: [],
          detail: { status: 'FAILED' },
        },
      ],
    ]);
  });

  it('retries a target until it accepts the event', async () => {
    const { put, delivered, errors, later } = await start({ failures: 1 });
    await put({ status: 'FAILED' });
    await eventually(() => errors[0]);
    later(2_000);
    await eventually(() => delivered[0]);
  });

  it('delivers accepted events after a restart', async () => {
    const folder = track(temporaryFolder()).path;
    const first = await start({ folder, down: true });
    await first.put({ status: 'FAILED' });
    await first.close();
    const second = await start({ folder });
    second.later(5_000);
    await eventually(() => second.delivered[0]);
  });

  it('sends an event to the dead-letter queue after the retries of its target', async () => {
    const settings = { RetryPolicy: { MaximumRetryAttempts: 0 }, DeadLetterConfig: { Arn: `${TARGET}-dlq` } };
    const { put, delivered } = await start({
      failures: 1,
      rules: [rule({ targets: [{ id: 't', arn: TARGET, settings }] })],
    });
    await put({ status: 'FAILED' });
    expect((await eventually(() => delivered[0]))[0]).toBe(`${TARGET}-dlq`);
  });

  it('loses and delays events if faults are set', async () => {
    const { put, delivered, faults, later } = await start();
    faults.replace({ services: { events: { dropRate: 1 } } });
    await put({ status: 'FAILED', n: 1 });
    faults.replace({ services: { events: { delayMs: 60_000 } } });
    await put({ status: 'FAILED', n: 2 });
    expect(delivered).toEqual([]);
    later(60_000);
    await eventually(() => delivered[0]);
    expect(delivered).toMatchObject([[TARGET, { detail: { n: 2 } }]]);
  });

  it('refuses more than 10 entries, and more than 1 MiB of them', async () => {
    const entries = (count: number, bytes: number) =>
      new PutEventsCommand({
        // Source, DetailType and the braces, quotes and names of Detail have 19 bytes.
        Entries: Array.from({ length: count }, () => ({
          Source: 'app',
          DetailType: 'Change',
          Detail: JSON.stringify({ text: 'x'.repeat(bytes - 20) }),
        })),
      });
    const { client } = await start();
    expect((await client.send(entries(10, 100))).FailedEntryCount).toBe(0);
    await expect(client.send(entries(11, 100))).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await client.send(entries(2, 1024 * 512))).FailedEntryCount).toBe(0);
    await expect(client.send(entries(2, 1024 * 512 + 1))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    });
    const off = await start({ max: limitsOf({ 'events.entries': false, 'events.requestBytes': false }).max });
    expect((await off.client.send(entries(11, 200_000))).FailedEntryCount).toBe(0);
  });

  it('fires a schedule', async () => {
    const { matches: _none, ...plain } = rule();
    const { delivered } = await start({ rules: [{ ...plain, schedule: (after) => after + 20 }] });
    await eventually(() => delivered[1]);
    expect(delivered[0]).toMatchObject([TARGET, { source: 'aws.events', 'detail-type': 'Scheduled Event' }]);
  });

  it('answers an invalid entry with an error and accepts the others', async () => {
    const { client } = await start();
    const good = { Source: 'app', DetailType: 'x', Detail: '{}' };
    const Entries = [good, { ...good, Detail: 'no json' }, { ...good, Source: undefined }];
    const answer = await client.send(new PutEventsCommand({ Entries }));
    expect(answer.FailedEntryCount).toBe(2);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'InvalidArgument',
    ]);
    const test = new TestEventPatternCommand({ EventPattern: '{"a":[1]}', Event: '{"a":1}' });
    expect((await client.send(test)).Result).toBe(true);
  });

  describe('rules that a client creates', () => {
    const EventBusName = 'audit';
    const EventPattern = JSON.stringify({ source: ['app'], detail: { status: ['done'] } });
    const onAudit = { EventBusName };

    it('receive the events that match them, in addition to the rules of the template, until they are deleted', async () => {
      const { client, put, delivered } = await start();
      const { RuleArn } = await client.send(new PutRuleCommand({ Name: 'mine', EventBusName, EventPattern }));
      await client.send(
        new PutTargetsCommand({ Rule: 'mine', EventBusName, Targets: [{ Id: 'q', Arn: `${TARGET}-2` }] }),
      );
      await put({ status: 'done', n: 1 }, onAudit);
      await put({ status: 'other' }, onAudit);
      await put({ status: 'FAILED' });
      await eventually(() => delivered[1]);
      await client.send(new RemoveTargetsCommand({ Rule: 'mine', EventBusName, Ids: ['q'] }));
      await client.send(new DeleteRuleCommand({ Name: 'mine', EventBusName }));
      await put({ status: 'done', n: 2 }, onAudit);
      await put({ status: 'FAILED' });
      await eventually(() => delivered[2]);

      expect(RuleArn).toBe('arn:aws:events:us-east-1:000000000000:rule/audit/mine');
      expect(delivered.map(([arn]) => arn)).toEqual([`${TARGET}-2`, TARGET, TARGET]);
      expect((await client.send(new ListRulesCommand({ EventBusName }))).Rules).toEqual([]);
    });

    it('are kept over a restart', async () => {
      const folder = track(temporaryFolder()).path;
      const first = await start({ folder });
      await first.client.send(new PutRuleCommand({ Name: 'mine', EventBusName, EventPattern }));
      await first.client.send(
        new PutTargetsCommand({ Rule: 'mine', EventBusName, Targets: [{ Id: 'q', Arn: TARGET, Input: '"hello"' }] }),
      );
      await first.close();
      const second = await start({ folder });
      await second.put({ status: 'done' }, onAudit);

      expect(await eventually(() => second.delivered[0])).toEqual([TARGET, 'hello']);
    });

    it.each([
      ['a pattern that is none', { EventPattern: '{"source": []}' }, 'InvalidEventPatternException'],
      ['no pattern', {}, 'ValidationException'],
      ['a bus that is not there', { EventPattern, EventBusName: 'nowhere' }, 'ResourceNotFoundException'],
      ['a rule of the template', { Name: 'failures', EventPattern }, 'ValidationException'],
    ])('are refused with %s', async (_what, input, name) => {
      const { client } = await start();

      await expect(client.send(new PutRuleCommand({ Name: 'mine', ...input }))).rejects.toMatchObject({ name });
    });

    it('cannot be deleted while they have targets, and have at most five targets', async () => {
      const { client } = await start();
      await client.send(new PutRuleCommand({ Name: 'mine', EventPattern }));
      const add = (...ids: string[]) =>
        client.send(new PutTargetsCommand({ Rule: 'mine', Targets: ids.map((Id) => ({ Id, Arn: TARGET })) }));
      await add('a', 'b', 'c', 'd');

      await expect(client.send(new DeleteRuleCommand({ Name: 'mine' }))).rejects.toMatchObject({
        name: 'ValidationException',
      });
      await expect(add('e', 'f')).rejects.toMatchObject({ name: 'LimitExceededException' });
      await add('d', 'e');
      expect((await client.send(new ListTargetsByRuleCommand({ Rule: 'mine' }))).Targets).toHaveLength(5);
    });
  });
});
