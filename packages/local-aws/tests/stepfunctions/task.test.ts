import { accessKeyFor } from '../../src/identity.ts';
import { retryDelay } from '../../src/stepfunctions/execution/failure.ts';
import { chain, definitionOf, Harness, ManualClock, ROLE, until } from './support/harness.ts';

let engine: Harness;
beforeAll(async () => {
  engine = await Harness.start();
});
afterAll(() => engine.close());

const UPDATE = 'arn:aws:states:::dynamodb:updateItem';
const task = (Resource: string, fields: object = {}) =>
  definitionOf({ T: { Type: 'Task', Resource, ...fields, End: true } });

describe('calls of a Task', () => {
  test('dynamodb: the JSON protocol with the credentials of the role; the result carries the HTTP metadata', async () => {
    engine.aws.on('dynamodb.UpdateItem', () => ({ body: { Attributes: { a: { N: '1' } } } }));
    const { described, events } = await engine.run(
      task(UPDATE, { Arguments: { TableName: 'sends', Key: { pk: { S: '{% $states.input.id %}' } } } }),
      { id: 'x' },
    );
    expect(JSON.parse(described.output)).toMatchObject({
      Attributes: { a: { N: '1' } },
      SdkHttpMetadata: { HttpStatusCode: 200, HttpHeaders: { 'x-amzn-requestid': 'request-1' } },
      SdkResponseMetadata: { RequestId: 'request-1' },
    });
    const call = engine.aws.callsOf('dynamodb.UpdateItem').at(-1);
    expect(call?.params).toEqual({ TableName: 'sends', Key: { pk: { S: 'x' } } });
    expect(call?.authorization).toContain(`Credential=${accessKeyFor(ROLE)}/20260101/us-east-1/dynamodb/aws4_request`);
    expect(chain(events)).toEqual([
      'ExecutionStarted<0',
      'TaskStateEntered<0',
      'TaskScheduled<2',
      'TaskStarted<3',
      'TaskSucceeded<4',
      'TaskStateExited<5',
      'ExecutionSucceeded<6',
    ]);
    expect(events[2]?.taskScheduledEventDetails).toEqual({
      parameters: JSON.stringify({ TableName: 'sends', Key: { pk: { S: 'x' } } }),
      region: 'us-east-1',
      resource: 'updateItem',
      resourceType: 'dynamodb',
    });
    expect(events[3]?.taskStartedEventDetails).toEqual({ resource: 'updateItem', resourceType: 'dynamodb' });
  });

  test('aws-sdk: the result is the unchanged response of the service', async () => {
    engine.aws.on('dynamodb.BatchWriteItem', () => ({ body: { UnprocessedItems: {} } }));
    const resource = 'arn:aws:states:::aws-sdk:dynamodb:batchWriteItem';
    const { described, events } = await engine.run(task(resource, { Arguments: { RequestItems: {} } }));
    expect(JSON.parse(described.output)).toEqual({ UnprocessedItems: {} });
    expect(events[2]?.taskScheduledEventDetails).toMatchObject({
      resource: 'batchWriteItem',
      resourceType: 'aws-sdk:dynamodb',
    });
  });

  test('aws-sdk integrations of other services use their SDK clients', async () => {
    engine.aws.objects.set('files/a.txt', 'hello');
    const resource = 'arn:aws:states:::aws-sdk:s3:getObject';
    const { described } = await engine.run(task(resource, { Arguments: { Bucket: 'files', Key: 'a.txt' } }));
    expect(described).not.toHaveProperty('cause');
    expect(JSON.parse(described.output)).toMatchObject({ Body: 'hello' });
    const missing = await engine.run(task(resource, { Arguments: { Bucket: 'files', Key: 'none' } }));
    expect(missing.described.error).toBe('S3.NoSuchKeyException');
  });

  test('sqs: a body that is not a string is sent as JSON', async () => {
    engine.aws.on('sqs.SendMessage', () => ({ body: { MessageId: 'm' } }));
    await engine.run(task('arn:aws:states:::sqs:sendMessage', { Arguments: { QueueUrl: 'q', MessageBody: { a: 1 } } }));
    expect(engine.aws.callsOf('sqs.SendMessage').at(-1)?.params).toEqual({ QueueUrl: 'q', MessageBody: '{"a":1}' });
  });

  test('lambda:invoke returns the payload and the status', async () => {
    engine.aws.on('lambda.double', ({ n }) => ({ body: { n: Number(n) * 2 } }));
    const { described } = await engine.run(
      task('arn:aws:states:::lambda:invoke', { Arguments: { FunctionName: 'double', Payload: { n: 2 } } }),
    );
    expect(JSON.parse(described.output)).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { n: 4 },
      StatusCode: 200,
    });
  });

  test("a Task with a function's ARN has events of its own, and its result is the response", async () => {
    engine.aws.on('lambda.echo', (payload) => ({ body: payload }));
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:echo';
    const { described, events } = await engine.run(task(arn, { TimeoutSeconds: 5 }), { a: 1 });
    expect(JSON.parse(described.output)).toEqual({ a: 1 });
    expect(chain(events).slice(2, 5)).toEqual([
      'LambdaFunctionScheduled<2',
      'LambdaFunctionStarted<3',
      'LambdaFunctionSucceeded<4',
    ]);
    expect(events[2]?.lambdaFunctionScheduledEventDetails).toEqual({
      input: '{"a":1}',
      inputDetails: { truncated: false },
      resource: arn,
      timeoutInSeconds: 5,
    });
    expect(events[3]).not.toHaveProperty('lambdaFunctionStartedEventDetails');
  });
});

describe('errors have the names of AWS', () => {
  const errorOf = async (resource: string, operation: string, error: string, fields: object = {}) => {
    engine.aws.on(operation, () => ({ error }));
    return (await engine.run(task(resource, fields))).described.error;
  };

  test.each([
    [UPDATE, 'dynamodb.UpdateItem', 'ConditionalCheckFailedException', 'DynamoDB.ConditionalCheckFailedException'],
    [UPDATE, 'dynamodb.UpdateItem', 'ValidationException', 'DynamoDB.AmazonDynamoDBException'],
    [UPDATE, 'dynamodb.UpdateItem', 'InternalServerError', 'DynamoDB.InternalServerErrorException'],
    [
      'arn:aws:states:::aws-sdk:dynamodb:putItem',
      'dynamodb.PutItem',
      'ConditionalCheckFailedException',
      'DynamoDb.ConditionalCheckFailedException',
    ],
    [
      'arn:aws:states:::aws-sdk:dynamodb:putItem',
      'dynamodb.PutItem',
      'ValidationException',
      'DynamoDb.DynamoDbException',
    ],
    ['arn:aws:states:::sqs:sendMessage', 'sqs.SendMessage', 'QueueDoesNotExist', 'SQS.QueueDoesNotExistException'],
    ['arn:aws:states:::sqs:sendMessage', 'sqs.SendMessage', 'AccessDenied', 'SQS.AmazonSQSException'],
  ])('%s %s %s', async (resource, operation, error, expected) => {
    expect(await errorOf(resource, operation, error)).toBe(expected);
  });

  test('errors of Lambda, and errors thrown by a function with the whole response as the cause', async () => {
    const invoke = task('arn:aws:states:::lambda:invoke', { Arguments: { FunctionName: 'broken' } });
    engine.aws.on('lambda.broken', () => ({ error: 'TooManyRequestsException', status: 429 }));
    expect((await engine.run(invoke)).described.error).toBe('Lambda.TooManyRequestsException');
    engine.aws.on('lambda.broken', () => ({ error: 'SomethingElse', status: 500 }));
    expect((await engine.run(invoke)).described.error).toBe('Lambda.AWSLambdaException');
    const thrown = { errorType: 'ImportIncomplete', errorMessage: '3 rows are left', trace: [] };
    engine.aws.on('lambda.broken', () => ({ body: thrown, headers: { 'x-amz-function-error': 'Unhandled' } }));
    const { described } = await engine.run(invoke);
    expect(described.error).toBe('ImportIncomplete');
    expect(JSON.parse(described.cause)).toEqual(thrown);
  });

  test('a failed connection is a client exception of the service', async () => {
    const own = await Harness.start();
    const arn = await own.create(task(UPDATE));
    await own.aws.stop();
    const { executionArn } = await own.call('StartExecution', { stateMachineArn: arn });
    expect(await own.ended(executionArn)).toMatchObject({ error: 'DynamoDB.SdkClientException' });
    await own.aws.start();
    await own.close();
  });
});

describe('Retry', () => {
  test('retries in one chain of events, without an event for the retry, then gives up', async () => {
    const clock = new ManualClock();
    const own = await Harness.start({ clock, random: () => 0.5 });
    try {
      own.aws.on('dynamodb.UpdateItem', () => ({ error: 'ThrottlingException' }));
      const Retry = [
        {
          ErrorEquals: ['States.TaskFailed'],
          IntervalSeconds: 10,
          BackoffRate: 3,
          MaxAttempts: 2,
          JitterStrategy: 'FULL',
        },
      ];
      const arn = await own.start(task(UPDATE, { Retry }));
      const failures = async () => (await own.events(arn)).filter(({ type }) => type === 'TaskFailed').length;
      await until(async () => (await failures()) === 1);
      clock.advance(4999);
      await own.describe(arn);
      expect(own.aws.calls).toHaveLength(1);
      clock.advance(1);
      await until(async () => (await failures()) === 2);
      clock.advance(15_000);
      expect(await own.ended(arn)).toMatchObject({ status: 'FAILED', error: 'DynamoDB.ThrottlingException' });
      expect(chain(await own.events(arn))).toEqual([
        'ExecutionStarted<0',
        'TaskStateEntered<0',
        'TaskScheduled<2',
        'TaskStarted<3',
        'TaskFailed<4',
        'TaskScheduled<5',
        'TaskStarted<6',
        'TaskFailed<7',
        'TaskScheduled<8',
        'TaskStarted<9',
        'TaskFailed<10',
        'ExecutionFailed<11',
      ]);
    } finally {
      await own.close();
    }
  });

  test('delays grow by BackoffRate up to MaxDelaySeconds, and full jitter takes a random part', () => {
    const retrier = {
      errors: [],
      intervalSeconds: 2,
      backoffRate: 2,
      maxAttempts: 9,
      maxDelaySeconds: 30,
      fullJitter: false,
    };
    expect([0, 1, 2, 3, 4].map((tries) => retryDelay(retrier, tries, () => 0))).toEqual([
      2000, 4000, 8000, 16_000, 30_000,
    ]);
    expect(retryDelay({ ...retrier, fullJitter: true }, 1, () => 0.25)).toBe(1000);
  });

  test('each retrier counts its own attempts; the context counts all', async () => {
    const errors = ['A', 'B', 'A', 'C'];
    engine.aws.on('lambda.changing', () => ({
      body: { errorType: errors.shift() },
      headers: { 'x-amz-function-error': 'Unhandled' },
    }));
    const Arguments = { FunctionName: 'changing', Payload: '{% $states.context.State.RetryCount %}' };
    const Retry = ['A', 'B'].map((name) => ({
      ErrorEquals: [name],
      IntervalSeconds: 1,
      MaxAttempts: 2,
      JitterStrategy: 'FULL',
    }));
    const own = await engine.run(task('arn:aws:states:::lambda:invoke', { Arguments, Retry }));
    expect(own.described.error).toBe('C');
    expect(engine.aws.callsOf('lambda.changing').map(({ params }) => params)).toEqual([0, 1, 2, 3]);
  });
});

describe('Catch', () => {
  test('continues with the error; TaskStateExited follows the failure', async () => {
    engine.aws.on('dynamodb.UpdateItem', () => ({ error: 'ConditionalCheckFailedException', message: 'no' }));
    const states = {
      T: {
        Type: 'Task',
        Resource: UPDATE,
        Arguments: {},
        Catch: [
          {
            ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'],
            Assign: { failed: '{% $states.errorOutput.Error %}' },
            Output: '{% $states.input %}',
            Next: 'After',
          },
        ],
        End: true,
      },
      After: { Type: 'Pass', Output: '{% [$failed, $states.input.a] %}', End: true },
    };
    const { described, events } = await engine.run(definitionOf(states), { a: 1 });
    expect(JSON.parse(described.output)).toEqual(['DynamoDB.ConditionalCheckFailedException', 1]);
    expect(chain(events).slice(4, 7)).toEqual(['TaskFailed<4', 'TaskStateExited<5', 'PassStateEntered<6']);
  });

  test('without Output, the error is the output', async () => {
    engine.aws.on('lambda.broken', () => ({
      body: { errorType: 'X' },
      headers: { 'x-amz-function-error': 'Unhandled' },
    }));
    const states = {
      T: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'broken' },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }],
        End: true,
      },
      After: { Type: 'Succeed' },
    };
    const { described } = await engine.run(definitionOf(states));
    expect(JSON.parse(described.output)).toEqual({ Error: 'X', Cause: '{"errorType":"X"}' });
  });

  test('a catcher that cannot be evaluated fails the execution and does not catch its own error', async () => {
    const states = {
      T: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'broken' },
        Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $nothing %}', Next: 'After' }],
        End: true,
      },
      After: { Type: 'Succeed' },
    };
    const { described } = await engine.run(definitionOf(states));
    expect(described).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});

test('a task that takes too long times out, and its late response has no effect', async () => {
  const clock = new ManualClock();
  const own = await Harness.start({ clock });
  try {
    let release = () => {};
    own.aws.on(
      'lambda.slow',
      () =>
        new Promise((resolve) => {
          release = () => resolve({ body: 1 });
        }),
    );
    const arn = await own.start(
      task('arn:aws:states:::lambda:invoke', { Arguments: { FunctionName: 'slow' }, TimeoutSeconds: '{% 5 %}' }),
    );
    await until(() => own.aws.calls.length === 1);
    clock.advance(5000);
    const described = await own.ended(arn);
    expect(described).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(described).not.toHaveProperty('cause');
    release();
    const events = await own.events(arn);
    expect(chain(events).slice(4)).toEqual(['TaskTimedOut<4', 'ExecutionFailed<5']);
    expect(events[4]?.taskTimedOutEventDetails).toEqual({
      error: 'States.Timeout',
      resource: 'invoke',
      resourceType: 'lambda',
    });
  } finally {
    await own.close();
  }
});
