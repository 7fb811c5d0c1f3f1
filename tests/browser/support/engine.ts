import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { startStepFunctions } from 'local-aws';
import { bodyOf, close, listen } from './page-server.ts';

/** How the one function of the test behaves. */
export interface Worker {
  /** Items for which the function throws. */
  fails: (item: { n: number }) => boolean;
  latencyMs: number;
}

/** The local engine with a Lambda endpoint behind it that does as the test says. */
export interface TestEngine {
  readonly url: string;
  readonly client: SFNClient;
  readonly worker: Worker;
  /** Creates a state machine and starts it. */
  run(name: string, definition: object, input: object): Promise<{ executionArn: string }>;
  close(): Promise<void>;
}

export async function startEngine(): Promise<TestEngine> {
  const worker: Worker = { fails: () => false, latencyMs: 5 };
  const lambda = createServer(async (request, response) => {
    const item = JSON.parse(await bodyOf(request)) as { n: number };
    await new Promise((resolve) => setTimeout(resolve, worker.latencyMs));
    if (worker.fails(item)) {
      response.setHeader('x-amz-function-error', 'Unhandled');
      response.end(JSON.stringify({ errorType: 'ProviderDown', errorMessage: `Item ${item.n} was refused` }));
    } else response.end(JSON.stringify({ done: item.n }));
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'pregon-states-'));
  const engine = await startStepFunctions({
    port: 0,
    dataDir,
    awsEndpoint: await listen(lambda),
    region: 'us-east-1',
    accountId: '000000000000',
    events: 'none',
    paces: {},
  });
  const url = `http://127.0.0.1:${engine.port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SFNClient({ endpoint: url, region: 'us-east-1', credentials });
  return {
    url,
    client,
    worker,
    run: async (name, definition, input) => {
      const { stateMachineArn } = await client.send(
        new CreateStateMachineCommand({
          name,
          definition: JSON.stringify(definition),
          roleArn: 'arn:aws:iam::000000000000:role/test',
        }),
      );
      const { executionArn } = await client.send(
        new StartExecutionCommand({ stateMachineArn, name: `${name}-run`, input: JSON.stringify(input) }),
      );
      if (executionArn === undefined) throw new Error('The engine gave no ARN');
      return { executionArn };
    },
    close: async () => {
      client.destroy();
      await engine.close();
      await close(lambda);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Calls the worker for one item; the state fails with its error. */
const CALL = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'worker', Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
};

/** A Distributed Map over the numbers of its input, a standard child for each. */
export const MAP_DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'Numbers',
  States: {
    Numbers: {
      Type: 'Map',
      Label: 'Numbers',
      Items: "{% $map([1..$states.input.count], function($n) { {'n': $n} }) %}",
      MaxConcurrency: 10,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Call',
        States: { Call: { ...CALL, End: true } },
      },
      Output: {},
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
};

/** One state of each kind that a graph shows differently. */
export const TOUR_DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'Which',
  States: {
    Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.skip %}', Next: 'Skipped' }], Default: 'Both' },
    Skipped: { Type: 'Pass', End: true },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Left', States: { Left: { Type: 'Pass', End: true } } },
        { StartAt: 'Right', States: { Right: { Type: 'Wait', Seconds: 0, End: true } } },
      ],
      Output: '{% $states.context.Execution.Input %}',
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      Items: '{% $states.input.items %}',
      ItemProcessor: {
        StartAt: 'Double',
        States: { Double: { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true } },
      },
      Output: '{% $states.context.Execution.Input %}',
      Next: 'Try',
    },
    Try: {
      ...CALL,
      Arguments: { FunctionName: 'worker', Payload: { n: 0 } },
      Retry: [{ ErrorEquals: ['ProviderDown'], MaxAttempts: 1, IntervalSeconds: 1 }],
      Catch: [{ ErrorEquals: ['ProviderDown'], Next: 'Sorry' }],
      Next: 'Skipped',
    },
    Sorry: { Type: 'Wait', Seconds: 600, End: true },
  },
};
