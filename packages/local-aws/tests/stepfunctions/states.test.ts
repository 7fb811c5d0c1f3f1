import { chain, definitionOf, Harness, ManualClock, until } from './support/harness.ts';

let engine: Harness;
beforeAll(async () => {
  engine = await Harness.start();
});
afterAll(() => engine.close());

const output = async (states: Record<string, object>, input: unknown = {}) => {
  const { described } = await engine.run(definitionOf(states), input);
  expect(described).toMatchObject({ status: 'SUCCEEDED' });
  return JSON.parse(described.output);
};

describe('variables', () => {
  test('Assign and Output both see the variables as they were before the state', async () => {
    const result = await output({
      One: { Type: 'Pass', Assign: { n: 1 }, Next: 'Two' },
      Two: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Output: { seen: '{% $n %}' }, Next: 'Three' },
      Three: { Type: 'Pass', Output: { seen: '{% $states.input.seen %}', now: '{% $n %}' }, End: true },
    });
    expect(result).toEqual({ seen: 1, now: 2 });
  });

  test('a branch reads outer variables, and its own assignments stay inside', async () => {
    const result = await output({
      Outer: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Branches: ['a', 'b'].map((own) => ({
          StartAt: 'Assign',
          States: {
            Assign: { Type: 'Pass', Assign: { own }, Next: 'Read' },
            Read: { Type: 'Pass', Output: '{% $outer & $own %}', End: true },
          },
        })),
        End: true,
      },
    });
    expect(result).toEqual(['oa', 'ob']);
  });

  test('a branch cannot assign a variable of an outer scope', async () => {
    const branch = { StartAt: 'P', States: { P: { Type: 'Pass', Assign: { x: 2 }, End: true } } };
    const states = {
      S: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
      B: { Type: 'Parallel', Branches: [branch], End: true },
    };
    await expect(engine.create(definitionOf(states))).rejects.toMatchObject({ code: 'InvalidDefinition' });
  });

  test('a one-element list stays a list in a variable', async () => {
    const result = await output({
      A: { Type: 'Pass', Assign: { list: '{% [[1,2,3][$ > 2]] %}' }, Next: 'B' },
      B: { Type: 'Pass', Output: '{% $list %}', End: true },
    });
    expect(result).toEqual([3]);
  });
});

test('the context object is that of AWS', async () => {
  const { arn, described } = await engine.run(
    definitionOf({ P: { Type: 'Pass', Output: '{% $states.context %}', End: true } }),
    { a: 1 },
  );
  const name = arn.split(':').pop();
  expect(JSON.parse(described.output)).toEqual({
    Execution: {
      Id: arn,
      Input: { a: 1 },
      Name: name,
      RoleArn: 'arn:aws:iam::000000000000:role/workflow',
      StartTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      RedriveCount: 0,
    },
    StateMachine: { Id: expect.stringContaining(':stateMachine:'), Name: expect.any(String) },
    State: { EnteredTime: expect.any(String), Name: 'P', RetryCount: 0 },
  });
});

describe('Choice', () => {
  test('a rule has its own Output and Assign; those of the state apply to the default', async () => {
    const states = {
      C: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.n = 1 %}', Output: 'rule', Assign: { by: 'rule' }, Next: 'End' }],
        Default: 'End',
        Output: 'default',
        Assign: { by: 'default' },
      },
      End: { Type: 'Succeed', Output: '{% [$states.input, $by] %}' },
    };
    expect(await output(states, { n: 1 })).toEqual(['rule', 'rule']);
    expect(await output(states, { n: 2 })).toEqual(['default', 'default']);
  });

  test('without a match and without a default the execution fails', async () => {
    const states = {
      C: { Type: 'Choice', Choices: [{ Condition: false, Next: 'End' }] },
      End: { Type: 'Succeed' },
    };
    const { described, events } = await engine.run(definitionOf(states));
    expect(described).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
    expect(chain(events)).toEqual(['ExecutionStarted<0', 'ChoiceStateEntered<0', 'ExecutionFailed<2']);
  });

  test('a condition that is not a boolean fails the state', async () => {
    const states = {
      C: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'End' }], Default: 'End' },
      End: { Type: 'Succeed' },
    };
    const { described } = await engine.run(definitionOf(states));
    expect(described.cause).toContain(
      "returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1",
    );
  });
});

describe('Parallel', () => {
  const branch = (state: object) => ({ StartAt: 'S', States: { S: state } });

  test('branches start together, and the exit links to the last event of the last branch', async () => {
    const states = {
      Both: {
        Type: 'Parallel',
        Arguments: { v: 1 },
        Branches: [branch({ Type: 'Pass', End: true }), branch({ Type: 'Pass', End: true })],
        End: true,
      },
    };
    const { events, described } = await engine.run(definitionOf(states));
    expect(JSON.parse(described.output)).toEqual([{ v: 1 }, { v: 1 }]);
    expect(chain(events)).toEqual([
      'ExecutionStarted<0',
      'ParallelStateEntered<0',
      'ParallelStateStarted<2',
      'PassStateEntered<3',
      'PassStateEntered<3',
      'PassStateExited<4',
      'PassStateExited<5',
      'ParallelStateSucceeded<7',
      'ParallelStateExited<7',
      'ExecutionSucceeded<9',
    ]);
  });

  test('a failed branch stops the others, and the Parallel state catches its error', async () => {
    const states = {
      Both: {
        Type: 'Parallel',
        Branches: [
          branch({ Type: 'Wait', Seconds: 600, End: true }),
          branch({ Type: 'Fail', Error: 'Broken', Cause: 'why' }),
        ],
        Catch: [{ ErrorEquals: ['Broken'], Output: '{% $states.errorOutput %}', Next: 'After' }],
        End: true,
      },
      After: { Type: 'Succeed' },
    };
    const { described, events } = await engine.run(definitionOf(states));
    expect(JSON.parse(described.output)).toEqual({ Error: 'Broken', Cause: 'why' });
    expect(chain(events).slice(3)).toEqual([
      'WaitStateEntered<3',
      'FailStateEntered<3',
      'WaitStateAborted<5',
      'ParallelStateFailed<5',
      'ParallelStateExited<7',
      'SucceedStateEntered<8',
      'SucceedStateExited<9',
      'ExecutionSucceeded<10',
    ]);
  });
});

describe('inline Map', () => {
  const map = (fields: object, state: object) => ({
    M: {
      Type: 'Map',
      Items: '{% $states.input %}',
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'S', States: { S: state } },
      ...fields,
      End: true,
    },
  });

  test('iterations see their item in the context, and results keep the order of the items', async () => {
    const state = {
      Type: 'Pass',
      Output: '{% $states.input & $string($states.context.Map.Item.Index) & $states.context.Map.Item.Value %}',
      End: true,
    };
    expect(await output(map({ MaxConcurrency: 2 }, state), ['a', 'b', 'c'])).toEqual(['a0a', 'b1b', 'c2c']);
  });

  test('an empty list has no iterations', async () => {
    const { events } = await engine.run(definitionOf(map({}, { Type: 'Pass', End: true })), []);
    expect(chain(events)).toEqual([
      'ExecutionStarted<0',
      'MapStateEntered<0',
      'MapStateStarted<2',
      'MapStateSucceeded<3',
      'MapStateExited<3',
      'ExecutionSucceeded<5',
    ]);
  });

  test('a retry of the Map restarts it without a failure event; only the last failure has one', async () => {
    const retry = { Retry: [{ ErrorEquals: ['Item'], IntervalSeconds: 1, MaxAttempts: 1 }] };
    const { events, described } = await engine.run(
      definitionOf(map(retry, { Type: 'Fail', Error: 'Item', Cause: 'why' })),
      [1],
    );
    expect(described).toMatchObject({ status: 'FAILED', error: 'Item', cause: 'why' });
    expect(chain(events)).toEqual([
      'ExecutionStarted<0',
      'MapStateEntered<0',
      'MapStateStarted<2',
      'MapIterationStarted<3',
      'FailStateEntered<4',
      'MapIterationFailed<5',
      'MapStateStarted<5',
      'MapIterationStarted<7',
      'FailStateEntered<8',
      'MapIterationFailed<9',
      'MapStateFailed<9',
      'ExecutionFailed<11',
    ]);
  });
});

describe('Wait', () => {
  test('waits for Seconds, but not for a timestamp in the past', async () => {
    const clock = new ManualClock();
    const own = await Harness.start({ clock });
    try {
      const states = {
        Past: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', Next: 'Hour' },
        Hour: { Type: 'Wait', Seconds: '{% 3600 %}', End: true },
      };
      const arn = await own.start(definitionOf(states));
      await until(async () => (await own.events(arn)).length === 4);
      clock.advance(3_599_000);
      expect((await own.describe(arn)).status).toBe('RUNNING');
      clock.advance(1000);
      expect(await own.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
    } finally {
      await own.close();
    }
  });
});
