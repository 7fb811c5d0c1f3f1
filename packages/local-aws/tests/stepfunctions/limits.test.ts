import { chain, definitionOf, Harness, ManualClock, ROLE } from './support/harness.ts';

let engine: Harness;
beforeAll(async () => {
  engine = await Harness.start();
});
afterAll(() => engine.close());

describe('limits', () => {
  test('a payload over 256 KiB is States.DataLimitExceeded, which States.ALL does not catch', async () => {
    const big = '{% $pad("x", 262145) %}';
    const states = { P: { Type: 'Pass', Output: { big }, End: true } };
    const { described } = await engine.run(definitionOf(states));
    expect(described).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    const around = {
      Both: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'P', States: states }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }],
        End: true,
      },
      After: { Type: 'Succeed' },
    };
    expect((await engine.run(definitionOf(around))).described.status).toBe('FAILED');
  });

  test('25,000 events end an execution', async () => {
    const states = { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } };
    const { arn, described } = await engine.run(definitionOf(states));
    expect(described).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(described.redriveStatus).toBe('NOT_REDRIVABLE');
    const { events } = await engine.call('GetExecutionHistory', {
      executionArn: arn,
      reverseOrder: true,
      maxResults: 1,
    });
    expect(events[0]).toMatchObject({ id: 25_000, type: 'ExecutionFailed' });
  });

  test('an input over 256 KiB is refused, and so is the output of a token', async () => {
    const stateMachineArn = await engine.create(definitionOf({ P: { Type: 'Pass', End: true } }));
    const input = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    await engine.call('StartExecution', { stateMachineArn, input: input(262_144) });
    const tooLarge = { code: 'ValidationException', message: expect.stringContaining('less than or equal to 262144') };
    await expect(engine.call('StartExecution', { stateMachineArn, input: input(262_145) })).rejects.toMatchObject(
      tooLarge,
    );
    const definition = JSON.stringify({ Comment: 'x'.repeat(1024 * 1024) });
    await expect(engine.call('CreateStateMachine', { name: 'large', definition, roleArn: ROLE })).rejects.toMatchObject(
      { code: 'ValidationException' },
    );
  });

  test('all can be switched off, and set', async () => {
    const big = '{% $pad("x", 262145) %}';
    const off = await Harness.start({ limits: { all: false } });
    const set = await Harness.start({ limits: { 'states.historyEvents': 20, 'states.dataBytes': 100 } });
    try {
      const pass = definitionOf({ P: { Type: 'Pass', Output: { big }, End: true } });
      expect((await off.run(pass, 'x'.repeat(262_145))).described.status).toBe('SUCCEEDED');
      const loop = {
        Count: {
          Type: 'Pass',
          Assign: { n: '{% $exists($n) ? $n + 1 : 1 %}' },
          Next: 'More',
        },
        More: { Type: 'Choice', Choices: [{ Condition: '{% $n < 6300 %}', Next: 'Count' }], Default: 'Done' },
        Done: { Type: 'Succeed' },
      };
      const long = await off.run({ ...definitionOf(loop), StartAt: 'Count' });
      expect(long.described.status).toBe('SUCCEEDED');
      const { events } = await off.call('GetExecutionHistory', {
        executionArn: long.arn,
        reverseOrder: true,
        maxResults: 1,
      });
      expect(events[0].id).toBeGreaterThan(25_000);
      expect((await set.run(pass)).described.error).toBe('States.DataLimitExceeded');
      const endless = { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } };
      expect((await set.run(definitionOf(endless))).events).toHaveLength(20);
    } finally {
      await off.close();
      await set.close();
    }
  });

  test('an execution ends at its TimeoutSeconds', async () => {
    const clock = new ManualClock();
    const own = await Harness.start({ clock });
    try {
      const arn = await own.start(
        definitionOf({ W: { Type: 'Wait', Seconds: 900, End: true } }, { TimeoutSeconds: 60 }),
      );
      clock.advance(60_000);
      const described = await own.ended(arn);
      expect(described).toMatchObject({ status: 'TIMED_OUT', redriveStatus: 'REDRIVABLE' });
      expect(described).not.toHaveProperty('error');
      expect(chain(await own.events(arn)).pop()).toBe('ExecutionTimedOut<0');
    } finally {
      await own.close();
    }
  });
});

describe('unsupported definitions are refused when the machine is created', () => {
  const refused = async (definition: object, message: RegExp) => {
    const error = await engine.create(definition).catch((caught: Error & { code: string }) => caught);
    expect(error).toMatchObject({ code: 'InvalidDefinition' });
    expect((error as Error).message).toMatch(message);
  };

  test('JSONPath states other than plain Pass, Succeed and Fail', async () => {
    const pass = { Type: 'Pass', Result: { a: 1 }, End: true };
    const { described } = await engine.run({ StartAt: 'P', States: { P: pass } });
    expect(JSON.parse(described.output)).toEqual({ a: 1 });
    await refused(
      { StartAt: 'P', States: { P: { ...pass, ResultPath: '$.x' } } },
      /'ResultPath' of the Pass state 'P'/,
    );
    await refused(
      { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 1, End: true } } },
      /'W' of type Wait is in JSONPath mode/,
    );
    const mixed = { P: { Type: 'Pass', QueryLanguage: 'JSONPath', End: true } };
    await refused(definitionOf(mixed), /cannot be in JSONPath mode/);
  });

  test('unknown states, fields, resources and readers are refused by name', async () => {
    await refused(definitionOf({ X: { Type: 'Teleport', End: true } }), /'X' has the unknown type 'Teleport'/);
    await refused(definitionOf({ P: { Type: 'Pass', Wings: 2, End: true } }), /'Wings' of the Pass state 'P'/);
    const task = (Resource: string) => definitionOf({ T: { Type: 'Task', Resource, End: true } });
    await refused(
      task('arn:aws:states:::ecs:runTask.sync'),
      /'arn:aws:states:::ecs:runTask\.sync' is not supported \(state 'T'\)/,
    );
    await refused(task('arn:aws:states:::aws-sdk:braket:cancelJob'), /The service 'braket'/);
    const processor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'P',
      States: { P: { Type: 'Pass', End: true } },
    };
    const reader = { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'PARQUET' } };
    await refused(
      definitionOf({ M: { Type: 'Map', ItemProcessor: processor, ItemReader: reader, End: true } }),
      /PARQUET/,
    );
  });

  test('transitions to nowhere, unreachable states, bad expressions and timestamps', async () => {
    await refused(
      definitionOf({ P: { Type: 'Pass', Next: 'Q' } }),
      /MISSING_TRANSITION_TARGET: The target 'Q' is not a state of this block at \/States\/P/,
    );
    await refused(
      definitionOf({ P: { Type: 'Pass', End: true }, Q: { Type: 'Pass', End: true } }),
      /'Q' cannot be reached/,
    );
    await refused(definitionOf({ P: { Type: 'Pass', Output: '{% ( %}', End: true } }), /at \/States\/P\/Output/);
    await refused(
      definitionOf({ W: { Type: 'Wait', Timestamp: '2026-13-01T00:00:00Z', End: true } }),
      /String does not match RFC3339 timestamp at \/States\/W\/Timestamp/,
    );
  });
});
