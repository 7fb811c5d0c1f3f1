import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { definitionOf, Harness, ROLE, until } from './support/harness.ts';
import { distributed } from './support/maps.ts';

let engine: Harness;
beforeAll(async () => {
  engine = await Harness.start();
});
afterAll(() => engine.close());

const PASS = definitionOf({ P: { Type: 'Pass', End: true } });
const WAIT = definitionOf({ W: { Type: 'Wait', Seconds: 600, End: true } });
const create = (name: string, definition: object, fields: object = {}) =>
  engine.call('CreateStateMachine', { name, definition: JSON.stringify(definition), roleArn: ROLE, ...fields });

describe('state machines', () => {
  test('creating the same machine again returns it; another definition under the same name is refused', async () => {
    const first = await create('same', PASS);
    expect(first).toEqual({
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:same',
      creationDate: expect.any(Number),
    });
    expect(await create('same', PASS)).toEqual(first);
    await expect(create('same', WAIT)).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
      message: `State Machine Already Exists: '${first.stateMachineArn}'`,
    });
  });

  test('Describe and List return what was created', async () => {
    const { stateMachineArn } = await create('described', PASS, { loggingConfiguration: { level: 'ALL' } });
    expect(await engine.call('DescribeStateMachine', { stateMachineArn })).toEqual({
      stateMachineArn,
      name: 'described',
      status: 'ACTIVE',
      definition: JSON.stringify(PASS),
      roleArn: ROLE,
      type: 'STANDARD',
      creationDate: expect.any(Number),
      loggingConfiguration: { level: 'ALL' },
      tracingConfiguration: { enabled: false },
      revisionId: expect.any(String),
    });
    const { stateMachines } = await engine.call('ListStateMachines');
    expect(stateMachines.map(({ name }: { name: string }) => name)).toContain('described');
  });

  test('an update applies to later executions; running ones keep their definition', async () => {
    const { stateMachineArn } = await create('updated', WAIT);
    const { executionArn } = await engine.call('StartExecution', { stateMachineArn });
    const answer = await engine.call('UpdateStateMachine', { stateMachineArn, definition: JSON.stringify(PASS) });
    expect(answer).toEqual({ updateDate: expect.any(Number), revisionId: expect.any(String) });
    const next = await engine.call('StartExecution', { stateMachineArn });
    expect(await engine.ended(next.executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    const own = await engine.call('DescribeStateMachineForExecution', { executionArn });
    expect(JSON.parse(own.definition)).toEqual(WAIT);
    await engine.call('StopExecution', { executionArn });
  });

  test('DescribeStateMachineForExecution of a child returns the part of the definition that it runs', async () => {
    const { arn } = await engine.run(distributed({}), [1]);
    const { mapRuns } = await engine.call('ListMapRuns', { executionArn: arn });
    const { executions } = await engine.call('ListExecutions', { mapRunArn: mapRuns[0].mapRunArn });
    const own = await engine.call('DescribeStateMachineForExecution', { executionArn: executions[0].executionArn });
    expect(JSON.parse(own.definition)).toMatchObject({ StartAt: 'Child' });
    expect(own).toMatchObject({ label: 'Rows', mapRunArn: mapRuns[0].mapRunArn });
  });

  test('a deleted machine starts no execution, ends running ones at their next transition, and then disappears', async () => {
    const states = { W: { Type: 'Wait', Seconds: 1, Next: 'P' }, P: { Type: 'Pass', End: true } };
    const { stateMachineArn } = await create('deleted', definitionOf(states));
    await engine.call('StartExecution', { stateMachineArn });
    await engine.call('DeleteStateMachine', { stateMachineArn });
    expect(await engine.call('DescribeStateMachine', { stateMachineArn })).toMatchObject({ status: 'DELETING' });
    await expect(engine.call('StartExecution', { stateMachineArn })).rejects.toMatchObject({
      code: 'StateMachineDeleting',
    });
    await until(async () =>
      (await engine.call('ListStateMachines')).stateMachines.every(({ name }: { name: string }) => name !== 'deleted'),
    );
    await expect(engine.call('DescribeStateMachine', { stateMachineArn })).rejects.toMatchObject({
      code: 'StateMachineDoesNotExist',
      message: `State Machine Does Not Exist: '${stateMachineArn}'`,
    });
    await engine.call('DeleteStateMachine', { stateMachineArn });
  });

  test('Validate reports all errors, and warnings on request', async () => {
    const validate = (definition: object, params: object = {}) =>
      engine.call('ValidateStateMachineDefinition', { definition: JSON.stringify(definition), ...params });
    expect(await validate(PASS)).toEqual({ result: 'OK', diagnostics: [], truncated: false });
    const wrong = definitionOf({ A: { Type: 'Pass', Next: 'B' }, C: { Type: 'Pass', End: true } });
    const { result, diagnostics } = await validate(wrong);
    expect(result).toBe('FAIL');
    expect(diagnostics).toMatchObject([
      { severity: 'ERROR', code: 'MISSING_TRANSITION_TARGET', location: '/States/A' },
      { severity: 'ERROR', code: 'UNREACHABLE_STATE', location: '/States/C' },
    ]);
    expect(await validate(wrong, { maxResults: 1 })).toMatchObject({ truncated: true });
    expect(await validate(PASS, { severity: 'WARNING' })).toMatchObject({ result: 'OK' });
  });
});

describe('StartExecution', () => {
  const start = (stateMachineArn: string, name: string, input = '{}') =>
    engine.call('StartExecution', { stateMachineArn, name, input });

  test('the same name and input returns the running execution; anything else is refused', async () => {
    const { stateMachineArn } = await create('idempotent', WAIT);
    const first = await start(stateMachineArn, 'run', '{"a":1}');
    expect(await start(stateMachineArn, 'run', '{"a":1}')).toEqual(first);
    const exists = { code: 'ExecutionAlreadyExists', message: `Execution Already Exists: '${first.executionArn}'` };
    await expect(start(stateMachineArn, 'run', '{"a":2}')).rejects.toMatchObject(exists);
    await engine.call('StopExecution', { executionArn: first.executionArn });
    await expect(start(stateMachineArn, 'run', '{"a":1}')).rejects.toMatchObject(exists);
  });

  test('two concurrent starts create one execution', async () => {
    const { stateMachineArn } = await create('twice', WAIT);
    const [one, two] = await Promise.all([start(stateMachineArn, 'run'), start(stateMachineArn, 'run')]);
    expect(two).toEqual(one);
  });

  test('names have 1 to 80 characters, none of which is invalid in an ARN', async () => {
    const { stateMachineArn } = await create('names', PASS);
    await start(stateMachineArn, 'n'.repeat(80));
    await expect(start(stateMachineArn, 'n'.repeat(81))).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(start(stateMachineArn, '')).rejects.toMatchObject({ code: 'ValidationException' });
    for (const name of ['a b', 'a:b', 'a/b', 'a\nb', 'a?']) {
      await expect(start(stateMachineArn, name)).rejects.toMatchObject({
        code: 'InvalidName',
        message: `Invalid Name: '${name}'`,
      });
    }
  });

  test('the input must be JSON of at most 256 KiB; the machine and execution must exist', async () => {
    const { stateMachineArn } = await create('inputs', PASS);
    await expect(start(stateMachineArn, 'bad', '{')).rejects.toMatchObject({ code: 'InvalidExecutionInput' });
    await start(stateMachineArn, 'full', JSON.stringify('x'.repeat(256 * 1024 - 2)));
    await expect(start(stateMachineArn, 'over', JSON.stringify('x'.repeat(256 * 1024 - 1)))).rejects.toMatchObject({
      code: 'ValidationException',
    });
    await expect(start(`${stateMachineArn}-not`, 'x')).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
    await expect(start('nonsense', 'x')).rejects.toMatchObject({ code: 'InvalidArn' });
  });
});

test('GetExecutionHistory has pages, reverse order, and can leave out the data', async () => {
  const { arn, events } = await engine.run(PASS, { secret: 1 });
  const history = (params: object) => engine.call('GetExecutionHistory', { executionArn: arn, ...params });
  const first = await history({ maxResults: 3 });
  expect(first.events).toEqual(events.slice(0, 3));
  expect((await history({ maxResults: 3, nextToken: first.nextToken })).events).toEqual(events.slice(3));
  const back = await history({ maxResults: 3, reverseOrder: true });
  expect(back.events.map(({ id }: { id: number }) => id)).toEqual([4, 3, 2]);
  const rest = await history({ maxResults: 3, reverseOrder: true, nextToken: back.nextToken });
  expect(rest.events.map(({ id }: { id: number }) => id)).toEqual([1]);
  expect(rest).not.toHaveProperty('nextToken');
  expect(JSON.stringify(await history({ includeExecutionData: false }))).not.toContain('secret');
  await expect(history({ nextToken: 'nonsense' })).rejects.toMatchObject({ code: 'InvalidToken' });
});

test('ListExecutions filters and has pages, the newest execution first', async () => {
  const states = {
    C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.ok %}', Next: 'S' }], Default: 'F' },
    S: { Type: 'Succeed' },
    F: { Type: 'Fail' },
  };
  const { stateMachineArn } = await create('listed', definitionOf(states));
  for (let i = 0; i < 5; i++) {
    const input = JSON.stringify({ ok: i % 2 === 0 });
    const { executionArn } = await engine.call('StartExecution', { stateMachineArn, name: `run-${i}`, input });
    await engine.ended(executionArn);
  }
  const names = async (params: object) => {
    const { executions, nextToken } = await engine.call('ListExecutions', { stateMachineArn, ...params });
    return { names: executions.map(({ name }: { name: string }) => name), nextToken };
  };
  expect((await names({})).names).toEqual(['run-4', 'run-3', 'run-2', 'run-1', 'run-0']);
  expect((await names({ statusFilter: 'FAILED' })).names).toEqual(['run-3', 'run-1']);
  const page = await names({ maxResults: 2, statusFilter: 'SUCCEEDED' });
  expect(page.names).toEqual(['run-4', 'run-2']);
  expect((await names({ maxResults: 2, statusFilter: 'SUCCEEDED', nextToken: page.nextToken })).names).toEqual([
    'run-0',
  ]);
  await expect(names({ nextToken: page.nextToken })).rejects.toMatchObject({ code: 'InvalidToken' });
  await expect(names({ statusFilter: 'DONE' })).rejects.toMatchObject({ code: 'ValidationException' });
});

describe('EXPRESS', () => {
  test('StartSyncExecution returns the result', async () => {
    const { stateMachineArn } = await create(
      'express',
      definitionOf({ P: { Type: 'Pass', Output: '{% $states.input.n + 1 %}', End: true } }),
      { type: 'EXPRESS' },
    );
    const answer = await engine.call('StartSyncExecution', { stateMachineArn, input: '{"n":1}' });
    expect(answer).toMatchObject({
      status: 'SUCCEEDED',
      output: '2',
      input: '{"n":1}',
      billingDetails: { billedDurationInMilliseconds: 100 },
    });
    expect(answer.executionArn).toContain(':express:express:');
    const { executionArn } = await engine.call('StartExecution', { stateMachineArn });
    await expect(engine.describe(executionArn)).rejects.toMatchObject({ code: 'InvalidArn' });
    await expect(engine.call('ListExecutions', { stateMachineArn })).rejects.toMatchObject({
      code: 'StateMachineTypeNotSupported',
    });
  });

  test('operations of STANDARD only are refused', async () => {
    const { stateMachineArn } = await create('standard', PASS);
    await expect(engine.call('StartSyncExecution', { stateMachineArn })).rejects.toMatchObject({
      code: 'StateMachineTypeNotSupported',
    });
    const token = {
      T: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Arguments: {}, End: true },
    };
    await expect(create('waiting', definitionOf(token), { type: 'EXPRESS' })).rejects.toMatchObject({
      code: 'InvalidDefinition',
    });
  });
});

test('status changes are sent to EventBridge with the fields of AWS', async () => {
  const { arn, described } = await engine.run(PASS, { a: 1 });
  await until(() => engine.aws.events.filter(({ executionArn }) => executionArn === arn).length === 2);
  const [running, succeeded] = engine.aws.events.filter(({ executionArn }) => executionArn === arn);
  expect(running).toMatchObject({ status: 'RUNNING', stopDate: null, output: null });
  expect(succeeded).toMatchObject({
    stateMachineArn: described.stateMachineArn,
    name: described.name,
    status: 'SUCCEEDED',
    startDate: Math.round(described.startDate * 1000),
    stopDate: Math.round(described.stopDate * 1000),
    input: '{"a":1}',
    output: '{"a":1}',
    error: null,
    cause: null,
    redriveCount: 0,
  });
});

test('an unknown operation and a broken request are refused', async () => {
  await expect(engine.call('Teleport')).rejects.toMatchObject({ code: 'UnknownOperationException' });
  const response = await fetch(`http://127.0.0.1:${engine.port}/`, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSStepFunctions.StartExecution' },
    body: '{',
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ __type: 'com.amazonaws.sfn#SerializationException' });
});

test('the AWS SDK understands all responses', async () => {
  const client = new SFNClient({
    endpoint: `http://127.0.0.1:${engine.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  try {
    const { stateMachineArn } = await create('sdk', PASS);
    const { executionArn, startDate } = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: 'run', input: '{}' }),
    );
    expect(startDate).toBeInstanceOf(Date);
    await engine.ended(String(executionArn));
    expect((await client.send(new DescribeExecutionCommand({ executionArn }))).status).toBe('SUCCEEDED');
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events?.[1]?.stateEnteredEventDetails?.name).toBe('P');
    expect((await client.send(new ListExecutionsCommand({ stateMachineArn }))).executions).toHaveLength(1);
    await expect(client.send(new StartExecutionCommand({ stateMachineArn, name: 'run', input: '{}' }))).rejects.toThrow(
      ExecutionAlreadyExists,
    );
  } finally {
    client.destroy();
  }
});
