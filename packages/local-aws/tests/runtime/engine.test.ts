import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../../src/compose/engine.ts';
import { ConnectionDropped } from '../../src/gateway/errors.ts';
import type { Gateway, InternalCall } from '../../src/gateway/gateway.ts';
import type { AwsRequest, AwsResponse } from '../../src/gateway/types.ts';
import { accessKeyFor, LOCAL_ACCOUNT, LOCAL_REGION } from '../../src/identity.ts';
import { AWS_LIMITS } from '../../src/limits/limits.ts';
import type { Template } from '../../src/template/template.ts';
import type { WorkerService } from '../../src/threads/worker-service.ts';
import { eventually } from './support/functions.ts';

const ROLE = `arn:aws:iam::${LOCAL_ACCOUNT}:role/machine`;
const DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'Queue',
  States: {
    Queue: {
      Type: 'Task',
      Resource: 'arn:aws:states:::dynamodb:updateItem',
      Arguments: { TableName: 'sends', Key: { pk: { S: 'a' } } },
      Retry: [{ ErrorEquals: ['DynamoDB.SdkClientException'], IntervalSeconds: 1, MaxAttempts: 1 }],
      End: true,
    },
  },
};

let engine: WorkerService;
let folder: string;
let calls: InternalCall[];
let answers: ((call: InternalCall) => AwsResponse)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-engine-'));
  calls = [];
  answers = [];
  const gateway = {
    url: 'http://127.0.0.1:1',
    call: async (call: InternalCall) => {
      if (call.service !== 'dynamodb') return { status: 200, headers: {}, body: '{}' };
      calls.push(call);
      const answer = answers.shift();
      if (!answer) throw new ConnectionDropped();
      return answer(call);
    },
  } as Gateway;
  engine = await startEngine({
    template: { region: LOCAL_REGION, account: LOCAL_ACCOUNT } as Template,
    dataDir: folder,
    gateway,
    max: AWS_LIMITS.max,
    paces: AWS_LIMITS.paces,
    keptHistories: undefined,
    keptExecutions: undefined,
    iam: { refusal: () => undefined, machineOfToken: async () => undefined },
    onFailure: ({ message }) => {
      throw new Error(message);
    },
  });
});

afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function states(operation: string, input: object): Promise<Record<string, string>> {
  const body = Buffer.from(JSON.stringify(input));
  const answer = await engine.handler({ operation, body, requestId: 'r', headers: {} } as AwsRequest);
  if (answer.status !== 200) throw new Error(String(answer.body));
  return JSON.parse(String(answer.body));
}

async function runToEnd(): Promise<Record<string, string>> {
  const definition = JSON.stringify(DEFINITION);
  const { stateMachineArn } = await states('CreateStateMachine', { name: 'm', definition, roleArn: ROLE });
  const { executionArn } = await states('StartExecution', { stateMachineArn });
  let execution: Record<string, string> = {};
  await eventually(async () => {
    execution = await states('DescribeExecution', { executionArn });
    return execution.status !== 'RUNNING';
  });
  return execution;
}

describe('Step Functions beside the gateway', () => {
  it("calls services without HTTP, as the task's role, with the same result as over HTTP", async () => {
    answers.push(() => ({
      status: 200,
      headers: { 'x-amzn-requestid': 'id-1' },
      body: '{"Attributes":{"é":{"S":"ü"}}}',
    }));

    const { status, output } = await runToEnd();

    expect(status).toBe('SUCCEEDED');
    expect(calls).toEqual([
      expect.objectContaining({
        operation: 'UpdateItem',
        accessKeyId: accessKeyFor(ROLE),
        body: expect.stringContaining('sends'),
      }),
    ]);
    expect(JSON.parse(String(output))).toMatchObject({
      Attributes: { é: { S: 'ü' } },
      SdkHttpMetadata: { HttpStatusCode: 200, HttpHeaders: { 'content-length': '32' } },
      SdkResponseMetadata: { RequestId: 'id-1' },
    });
  });

  it('passes the error of a service to the task', async () => {
    answers.push(() => ({
      status: 400,
      headers: {},
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no table"}',
    }));

    expect(await runToEnd()).toMatchObject({ status: 'FAILED', error: 'DynamoDB.ResourceNotFoundException' });
  });

  it('treats a lost connection as a client exception that can be retried', async () => {
    const { status, error } = await runToEnd();

    expect({ status, error, calls: calls.length }).toEqual({
      status: 'FAILED',
      error: 'DynamoDB.SdkClientException',
      calls: 2,
    });
  });
});
