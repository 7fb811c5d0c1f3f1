import { chain, definitionOf, Harness, ManualClock, until } from './support/harness.ts';

const send = (fields: object = {}) =>
  definitionOf({
    Send: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Arguments: { QueueUrl: 'q', MessageBody: { token: '{% $states.context.Task.Token %}' } },
      ...fields,
      End: true,
    },
  });

let engine: Harness;
let clock: ManualClock;
let tokens: string[];
beforeEach(async () => {
  clock = new ManualClock();
  engine = await Harness.start({ clock, random: () => 0 });
  tokens = [];
  engine.aws.on('sqs.SendMessage', ({ MessageBody }) => {
    tokens.push(JSON.parse(String(MessageBody)).token);
    return { body: { MessageId: 'm' } };
  });
});
afterEach(() => engine.close());

const submitted = (arn: string, times = 1) =>
  until(async () => (await engine.events(arn)).filter(({ type }) => type === 'TaskSubmitted').length === times);
const success = (taskToken: string | undefined, output = '{"ok":true}') =>
  engine.call('SendTaskSuccess', { taskToken, output });
const failure = (taskToken: string | undefined, params: object = {}) =>
  engine.call('SendTaskFailure', { taskToken, ...params });

test('a response with a token ends its task', async () => {
  const arn = await engine.start(send());
  await submitted(arn);
  await success(tokens[0]);
  expect(JSON.parse((await engine.ended(arn)).output)).toEqual({ ok: true });
  const events = await engine.events(arn);
  expect(chain(events)).toEqual([
    'ExecutionStarted<0',
    'TaskStateEntered<0',
    'TaskScheduled<2',
    'TaskStarted<3',
    'TaskSubmitted<4',
    'TaskSucceeded<5',
    'TaskStateExited<6',
    'ExecutionSucceeded<7',
  ]);
  expect(events[2]?.taskScheduledEventDetails).toMatchObject({
    resource: 'sendMessage.waitForTaskToken',
    resourceType: 'sqs',
  });
});

test('a failure carries its error and cause', async () => {
  const arn = await engine.start(send());
  await submitted(arn);
  await failure(tokens[0], { error: 'Account', cause: '{"code":"SendingPaused"}' });
  expect(await engine.ended(arn)).toMatchObject({
    status: 'FAILED',
    error: 'Account',
    cause: '{"code":"SendingPaused"}',
  });
  const events = await engine.events(arn);
  expect(chain(events).slice(5)).toEqual(['TaskFailed<5', 'ExecutionFailed<6']);
  expect(events[5]?.taskFailedEventDetails).toEqual({
    error: 'Account',
    cause: '{"code":"SendingPaused"}',
    resource: 'sendMessage.waitForTaskToken',
    resourceType: 'sqs',
  });
});

test('a worker may answer before the queue has answered the engine', async () => {
  engine.aws.on('sqs.SendMessage', async ({ MessageBody }) => {
    await success(JSON.parse(String(MessageBody)).token, '"early"');
    return { body: { MessageId: 'm' } };
  });
  const arn = await engine.start(send());
  expect((await engine.ended(arn)).output).toBe('"early"');
  expect(chain(await engine.events(arn)).slice(4, 6)).toEqual(['TaskSubmitted<4', 'TaskSucceeded<5']);
});

test('each attempt has its own token; the token of an earlier attempt is timed out', async () => {
  const Retry = [{ ErrorEquals: ['Transient'], IntervalSeconds: 1, JitterStrategy: 'FULL' }];
  const arn = await engine.start(send({ Retry }));
  await submitted(arn);
  await failure(tokens[0], { error: 'Transient' });
  clock.advance(1);
  await submitted(arn, 2);
  expect(tokens[1]).not.toBe(tokens[0]);
  await expect(success(tokens[0])).rejects.toMatchObject({ code: 'TaskTimedOut', message: `Task Timed Out: '${arn}'` });
  await success(tokens[1]);
  expect(await engine.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
});

describe('an unusable token', () => {
  test('malformed tokens are invalid', async () => {
    for (const token of ['garbage', 'AQ', `AQ${Buffer.alloc(40).toString('base64url')}`]) {
      await expect(success(token)).rejects.toMatchObject({ code: 'InvalidToken' });
      await expect(failure(token)).rejects.toMatchObject({ code: 'InvalidToken' });
      await expect(engine.call('SendTaskHeartbeat', { taskToken: token })).rejects.toMatchObject({
        code: 'InvalidToken',
      });
    }
  });

  test('a token that was answered, or whose execution was stopped, is timed out', async () => {
    const arn = await engine.start(send());
    await submitted(arn);
    await success(tokens[0]);
    await expect(success(tokens[0])).rejects.toMatchObject({ code: 'TaskTimedOut' });
    const stopped = await engine.start(send());
    await submitted(stopped);
    await engine.call('StopExecution', { executionArn: stopped });
    await expect(success(tokens[1])).rejects.toMatchObject({
      code: 'TaskTimedOut',
      message: `Task Timed Out: '${stopped}'`,
    });
    await expect(failure(tokens[1])).rejects.toMatchObject({ code: 'TaskTimedOut' });
    await expect(engine.call('SendTaskHeartbeat', { taskToken: tokens[1] })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
  });

  test('output that is not JSON is refused, and the token stays valid', async () => {
    const arn = await engine.start(send());
    await submitted(arn);
    await expect(success(tokens[0], '{oops')).rejects.toMatchObject({ code: 'InvalidOutput' });
    await success(tokens[0]);
    expect(await engine.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('limits', () => {
  test('a task whose token is not answered in time times out', async () => {
    const arn = await engine.start(send({ TimeoutSeconds: 60 }));
    await submitted(arn);
    clock.advance(60_000);
    expect(await engine.ended(arn)).toMatchObject({ error: 'States.Timeout' });
    expect(chain(await engine.events(arn)).slice(4)).toEqual([
      'TaskSubmitted<4',
      'TaskTimedOut<5',
      'ExecutionFailed<6',
    ]);
    await expect(success(tokens[0])).rejects.toMatchObject({ code: 'TaskTimedOut' });
  });

  test('heartbeats extend the limit; a missed heartbeat is a timeout', async () => {
    const arn = await engine.start(send({ TimeoutSeconds: 600, HeartbeatSeconds: 10 }));
    await submitted(arn);
    const [, , scheduled] = await engine.events(arn);
    expect(scheduled?.taskScheduledEventDetails).toMatchObject({ timeoutInSeconds: 600, heartbeatInSeconds: 10 });
    for (let i = 0; i < 3; i++) {
      clock.advance(9000);
      await engine.call('SendTaskHeartbeat', { taskToken: tokens[0] });
    }
    expect((await engine.describe(arn)).status).toBe('RUNNING');
    clock.advance(10_000);
    const described = await engine.ended(arn);
    expect(described.error).toBe('States.Timeout');
    expect(described).not.toHaveProperty('cause');
  });

  test('a missed heartbeat can be caught as States.HeartbeatTimeout', async () => {
    const definition = send({
      HeartbeatSeconds: 10,
      Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Missed' }],
    });
    Object.assign(definition.States, { Missed: { Type: 'Succeed' } });
    const arn = await engine.start(definition);
    await submitted(arn);
    clock.advance(10_000);
    // The failure has no cause in the history; the error output has an empty one.
    expect(JSON.parse((await engine.ended(arn)).output)).toEqual({ Error: 'States.Timeout', Cause: '' });
  });
});

describe('after a restart', () => {
  test('tokens stay valid, and a sent message is not sent again', async () => {
    const arn = await engine.start(send({ TimeoutSeconds: 60 }));
    await submitted(arn);
    await engine.restart();
    await success(tokens[0]);
    expect(await engine.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(tokens).toHaveLength(1);
  });

  test('timeouts still apply', async () => {
    const arn = await engine.start(send({ TimeoutSeconds: 60 }));
    await submitted(arn);
    clock.advance(30_000);
    await engine.restart();
    clock.advance(29_999);
    expect((await engine.describe(arn)).status).toBe('RUNNING');
    clock.advance(1);
    expect(await engine.ended(arn)).toMatchObject({ error: 'States.Timeout' });
  });

  test('a call whose response was lost is repeated with the same token', async () => {
    const seen: string[] = [];
    engine.aws.on('sqs.SendMessage', ({ MessageBody }) => {
      seen.push(String(MessageBody));
      return seen.length === 1 ? new Promise(() => {}) : { body: { MessageId: 'm' } };
    });
    const arn = await engine.start(send());
    await until(() => seen.length === 1);
    await engine.restart();
    await submitted(arn);
    expect(seen).toHaveLength(2);
    expect(seen[1]).toBe(seen[0]);
  });
});
