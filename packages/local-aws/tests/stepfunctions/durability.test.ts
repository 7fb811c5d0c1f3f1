import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineProcess } from './support/engine-process.ts';
import { FakeAws } from './support/fake-aws.ts';
import { type Answered, type HistoryEvent, until } from './support/harness.ts';
import { csv, distributed, reader, writer } from './support/maps.ts';

const ITEMS = 500;
const KILLS = 30;
/** Tokens answered between two kills, so that the run does not end before the last kill. */
const ANSWERS_PER_LIFE = Math.floor(ITEMS / (KILLS + 1));

/** Reproducible random numbers (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const states = {
  Mark: {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:updateItem',
    Arguments: { TableName: 'sends', Key: { row: { S: '{% $states.input.row %}' } } },
    Output: '{% $states.input %}',
    Retry: [{ ErrorEquals: ['States.ALL'] }],
    Next: 'Send',
  },
  Send: {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Arguments: {
      QueueUrl: 'q',
      MessageBody: { row: '{% $states.input.row %}', token: '{% $states.context.Task.Token %}' },
    },
    TimeoutSeconds: 600,
    End: true,
  },
};

interface Message {
  row: string;
  token: string;
}

/** The worker: takes messages and answers their tokens, repeatedly until the engine confirms the answer. */
class Worker {
  readonly messages: Message[] = [];
  /** The rows whose answer the engine has confirmed, and in which of its lives. */
  readonly accepted = new Map<string, number>();
  readonly refusals: string[] = [];
  /** Messages for a row whose answer an earlier life had confirmed. Within one life, a message and a confirmation can cross. */
  readonly sentAfterAccepted: string[] = [];
  budget = 0;
  readonly #engine: EngineProcess;
  readonly #waiting: Message[] = [];

  constructor(engine: EngineProcess) {
    this.#engine = engine;
  }

  receive(message: Message): void {
    const acceptedIn = this.accepted.get(message.row) ?? this.#engine.lives;
    if (acceptedIn < this.#engine.lives) this.sentAfterAccepted.push(message.row);
    this.messages.push(message);
    this.#waiting.push(message);
    void this.work();
  }

  async work(): Promise<void> {
    while (this.budget > 0 && this.#engine.port !== 0) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      this.budget--;
      await this.#answer(message);
    }
  }

  async #answer(message: Message): Promise<void> {
    try {
      const output = JSON.stringify({ row: message.row });
      const answer = await this.#engine.call('SendTaskSuccess', { taskToken: message.token, output });
      if (answer) this.accepted.set(message.row, this.#engine.lives);
      else this.#waiting.unshift(message);
    } catch (error) {
      const { code } = error as { code: string };
      // The engine has taken the answer before; only the confirmation was lost.
      if (code === 'TaskTimedOut') this.accepted.set(message.row, this.#engine.lives);
      else this.refusals.push(code);
    }
  }
}

test(`a Map Run of ${ITEMS} items survives ${KILLS} kills: nothing is lost, and no ended child runs again`, async () => {
  const aws = await new FakeAws().start();
  const dataDir = mkdtempSync(join(tmpdir(), 'local-aws-durability-'));
  const engine = new EngineProcess(dataDir, aws.endpoint);
  const worker = new Worker(engine);
  const random = seeded(20261122);
  aws.objects.set('files/rows.csv', csv(ITEMS));
  aws.on('sqs.SendMessage', ({ MessageBody }) => {
    worker.receive(JSON.parse(String(MessageBody)) as Message);
    return { body: { MessageId: 'm' } };
  });
  const call = async (operation: string, params: object): Promise<Answered> =>
    (await engine.call(operation, params)) ?? {};
  try {
    await engine.start();
    const { stateMachineArn } = await call('CreateStateMachine', {
      name: 'durable',
      definition: JSON.stringify(distributed({ ...reader(), ...writer, MaxConcurrency: 12 }, states)),
      roleArn: 'arn:aws:iam::000000000000:role/durable',
    });
    const { executionArn } = await call('StartExecution', { stateMachineArn, input: '{"key":"rows.csv"}' });
    for (let kill = 0; kill < KILLS; kill++) {
      worker.budget = ANSWERS_PER_LIFE;
      void worker.work();
      await new Promise((resolve) => setTimeout(resolve, random() * 250));
      await engine.kill();
      await engine.start();
    }
    expect((await call('DescribeExecution', { executionArn })).status).toBe('RUNNING');
    worker.budget = Number.POSITIVE_INFINITY;
    void worker.work();
    await until(async () => (await call('DescribeExecution', { executionArn })).status !== 'RUNNING', 'the end');

    const described = await call('DescribeExecution', { executionArn });
    expect(described).toMatchObject({ status: 'SUCCEEDED' });
    const { mapRuns } = await call('ListMapRuns', { executionArn });
    expect(mapRuns).toHaveLength(1);
    const { mapRunArn } = mapRuns[0];
    const { executionCounts, itemCounts } = await call('DescribeMapRun', { mapRunArn });
    const all = { succeeded: ITEMS, total: ITEMS, failed: 0, pending: 0, running: 0, aborted: 0, timedOut: 0 };
    expect(executionCounts).toMatchObject(all);
    expect(itemCounts).toMatchObject(all);
    const { Key } = JSON.parse(described.output).ResultWriterDetails;
    const results = JSON.parse(
      aws.objects.get(`results/${Key.replace('manifest', 'SUCCEEDED_0')}`) ?? '[]',
    ) as Answered[];
    const rows = results.map(({ Output }) => JSON.parse(Output).row as string);
    expect(rows).toEqual(Array.from({ length: ITEMS }, (_, i) => `${i + 1}`));

    // Every row was sent with one token: a message is repeated only if the crash lost the response of the queue.
    const tokens = new Map<string, Set<string>>();
    for (const { row, token } of worker.messages) tokens.set(row, (tokens.get(row) ?? new Set()).add(token));
    expect(tokens.size).toBe(ITEMS);
    expect([...tokens.values()].every(({ size }) => size === 1)).toBe(true);
    expect(worker.refusals).toEqual([]);
    expect(worker.sentAfterAccepted).toEqual([]);

    // Histories have no gaps and one final event.
    for (const { ExecutionArn } of results.filter((_, i) => i % 25 === 0)) {
      const { events } = (await call('GetExecutionHistory', { executionArn: ExecutionArn })) as {
        events: HistoryEvent[];
      };
      expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => i + 1));
      const ends = events.filter(({ type }) => type === 'ExecutionSucceeded' || type === 'TaskSubmitted');
      expect(ends.map(({ type }) => type)).toEqual(['TaskSubmitted', 'ExecutionSucceeded']);
    }
  } finally {
    await engine.kill();
    await aws.stop();
    rmSync(dataDir, { recursive: true });
  }
});
