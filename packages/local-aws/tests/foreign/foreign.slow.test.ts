/** Runs a stack of another project through the public entry and the command, and drives it with the AWS SDK. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type LocalAws, startLocalAws } from '../../index.ts';

const PACKAGE = join(import.meta.dirname, '../..');
/** Time limit of one step, long enough for a busy machine. */
const DEADLINE_MS = 120_000;

let folder: string;
let cdkOut: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-foreign-'));
  cdkOut = join(folder, 'cdk.out');
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'app.ts'), cdkOut], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The app could not be synthesized: ${stderr}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function eventually<T>(probe: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`It did not happen within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('startLocalAws', () => {
  let aws: LocalAws;
  let table: DynamoDBClient;
  let states: SFNClient;
  let queues: SQSClient;
  let events: EventBridgeClient;
  let objects: S3Client;
  const notices: string[] = [];
  const output = (name: string): string => aws.outputs[name] ?? `no output ${name}`;

  beforeAll(async () => {
    // The schedule is due 20 s after the start: at the next full minute of this clock.
    const offset = 40_000 - (Date.now() % 60_000);
    aws = await startLocalAws({
      cdkOut,
      stackName: 'Warehouse',
      dataDir: join(folder, 'state'),
      parameters: { Greeting: 'Sorry' },
      now: () => Date.now() + offset,
      onNotice: (text) => notices.push(text),
    });
    const options = {
      endpoint: aws.awsEndpoint,
      region: aws.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    table = new DynamoDBClient(options);
    states = new SFNClient(options);
    queues = new SQSClient(options);
    events = new EventBridgeClient(options);
    objects = new S3Client({ ...options, forcePathStyle: true });
  });
  afterAll(async () => {
    for (const client of [table, states, queues, events, objects]) client.destroy();
    await aws.stop();
  });

  const put = (item: Record<string, AttributeValue>) =>
    table.send(new PutItemCommand({ TableName: output('TableName'), Item: item }));
  const stored = (id: string) =>
    eventually(async () => {
      const { Item } = await table.send(new GetItemCommand({ TableName: output('TableName'), Key: { id: { S: id } } }));
      return Item;
    });

  it('names the parts of the stack that local AWS does not support', () => {
    expect(aws.stackName).toBe('warehouse-test');
    expect(aws.unsupported).toEqual([
      expect.stringMatching(
        /^Api\w+\.Properties\.Environment\.Variables\.INVOICES is left out: .* Fn::ImportValue is not/,
      ),
      expect.stringMatching(/^Clicks\w+: the resource type AWS::Kinesis::Stream is not emulated$/),
      expect.stringMatching(/^Forecast\w+ \(AWS::Lambda::Function\): the runtime python3\.13 is not emulated$/),
      expect.stringMatching(
        /^Old\w+ \(AWS::StepFunctions::StateMachine\): .* 'WaitAMinute' of type Wait is in JSONPath mode/,
      ),
    ]);
    expect(notices).toEqual(aws.unsupported.map((line) => `Not supported: ${line}`));
  });

  it('imports a file row by row, and a redrive runs the failed rows again', async () => {
    const rows = Array.from({ length: 12 }, (_, row) => ({ id: `item-${row}`, quantity: row }));
    const faults = ['fault#item-3', 'fault#item-4'];
    for (const id of faults) await put({ id: { S: id } });
    const Body = ['id,quantity', ...rows.map(({ id, quantity }) => `${id},${quantity}`)].join('\n');
    await objects.send(new PutObjectCommand({ Bucket: output('BucketName'), Key: 'incoming/stock.csv', Body }));

    const stateMachineArn = output('StateMachineArn');
    const executionArn = await eventually(
      async () => (await states.send(new ListExecutionsCommand({ stateMachineArn }))).executions?.[0]?.executionArn,
    );
    const ended = () =>
      eventually(async () => {
        const execution = await states.send(new DescribeExecutionCommand({ executionArn }));
        return execution.status === 'RUNNING' ? undefined : execution;
      });
    expect(await ended()).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });

    const { mapRuns = [] } = await states.send(new ListMapRunsCommand({ executionArn }));
    const { mapRunArn = '' } = mapRuns[0] ?? {};
    const failed = await states.send(new ListExecutionsCommand({ mapRunArn, statusFilter: 'FAILED' }));
    const firstFailed = await states.send(
      new DescribeExecutionCommand({ executionArn: failed.executions?.[0]?.executionArn }),
    );
    expect(firstFailed).toMatchObject({ error: 'OutOfOrder', redriveStatus: 'REDRIVABLE_BY_MAP_RUN' });
    const before = await states.send(new DescribeMapRunCommand({ mapRunArn }));
    expect(before.itemCounts?.succeeded).toBeLessThan(rows.length);

    for (const id of faults) {
      await table.send(new DeleteItemCommand({ TableName: output('TableName'), Key: { id: { S: id } } }));
    }
    await states.send(new RedriveExecutionCommand({ executionArn }));
    const execution = await ended();
    expect(execution).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
    const quantity = rows.reduce((sum, row) => sum + row.quantity, 0);
    expect(JSON.parse(execution.output ?? '')).toEqual({ rows: rows.length, quantity });
    const after = await states.send(new DescribeMapRunCommand({ mapRunArn }));
    expect(after).toMatchObject({ status: 'SUCCEEDED', itemCounts: { succeeded: rows.length, failed: 0 } });

    const { Count } = await table.send(
      new QueryCommand({
        TableName: output('TableName'),
        IndexName: 'byStatus',
        KeyConditionExpression: '#status = :imported',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':imported': { S: 'IMPORTED' } },
      }),
    );
    expect(Count).toBe(rows.length);
    await stored(`job#imported ${quantity}`);
  });

  it('answers HTTP requests, with CORS, from the address in the outputs', async () => {
    await put({ id: { S: 'known' }, quantity: { N: '7' } });
    const origin = 'https://shop.example';
    const found = await fetch(`${output('Url')}items/known`, { headers: { origin } });
    expect(found.status).toBe(200);
    expect(found.headers.get('access-control-allow-origin')).toBe(origin);
    expect(await found.json()).toEqual({ id: 'known', quantity: 7, rows: '100', mode: 'few' });
    const missing = await fetch(`${aws.apiUrl}/items/nothing`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({ message: 'Sorry, there is no nothing' });
    const preflight = await fetch(`${aws.apiUrl}/jobs`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET,POST');
    expect((await fetch(`${aws.apiUrl}/none`)).status).toBe(404);
  });

  it('delivers messages of a queue to its function, and messages that fail twice to the dead-letter queue', async () => {
    expect((await fetch(`${aws.apiUrl}/jobs`, { method: 'POST', body: 'count', headers: TEXT })).status).toBe(202);
    await queues.send(new SendMessageCommand({ QueueUrl: output('JobsUrl'), MessageBody: 'poison' }));
    await stored('job#count');
    const dead = await eventually(async () => {
      const receive = { QueueUrl: output('DeadLettersUrl'), WaitTimeSeconds: 1 };
      return (await queues.send(new ReceiveMessageCommand(receive))).Messages?.[0];
    });
    expect(dead.Body).toBe('poison');
  });

  it('delivers events to the function of a rule', async () => {
    const entry = { Source: 'warehouse', DetailType: 'Stock changed', Detail: '{"id":"event-1"}' };
    await events.send(
      new PutEventsCommand({ Entries: [{ ...entry, Source: 'other', Detail: '{"id":"other"}' }, entry] }),
    );
    await stored('recorded#event-1');
    const Key = { id: { S: 'recorded#other' } };
    expect((await table.send(new GetItemCommand({ TableName: output('TableName'), Key }))).Item).toBeUndefined();
  });

  it('calls the function of a schedule at the scheduled time', async () => {
    await stored('recorded#schedule');
  });
});

const TEXT = { 'content-type': 'text/plain' };

describe('npx local-aws up', () => {
  const running: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of running.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
  });

  const command = (...args: string[]) => [join(PACKAGE, 'bin/local-aws.cjs'), ...args];
  const run = (...args: string[]) => spawnSync(process.execPath, command(...args), { encoding: 'utf8' });

  /** Starts the command and returns its output as soon as it says how to stop it. */
  async function up(dataDir: string): Promise<{ child: ChildProcess; printed: string; warnings: () => string }> {
    const options = ['--stack', 'warehouse-test', '--data', dataDir, '--parameter', 'Greeting=Hello'];
    const child = spawn(process.execPath, command('up', cdkOut, ...options, '--port', '0', '--aws-port', '0'), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    let printed = '';
    let warnings = '';
    child.stderr?.on('data', (chunk) => {
      warnings += chunk;
    });
    for await (const chunk of child.stdout ?? []) {
      printed += chunk;
      if (printed.includes('Ctrl-C stops it')) break;
    }
    return { child, printed, warnings: () => warnings };
  }

  it('prints its addresses, stops cleanly on a signal, and continues from its data after a restart', async () => {
    const dataDir = join(folder, 'state-of-command');
    const first = await up(dataDir);
    expect(first.warnings()).toContain('Not supported: Clicks');
    for (const title of ['Outputs', 'State machines', 'Functions', 'Queues', 'Tables', 'Buckets']) {
      expect(first.printed).toContain(`\n${title}\n`);
    }
    const printedValue = (printed: string, name: string) =>
      new RegExp(`^ +${name} +(\\S+)`, 'm').exec(printed)?.[1] ?? '';
    const post = await fetch(`${printedValue(first.printed, 'Url')}jobs`, {
      method: 'POST',
      body: 'kept',
      headers: TEXT,
    });
    expect(post.status).toBe(202);
    const exit = once(first.child, 'exit');
    first.child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);

    const second = await up(dataDir);
    const table = new DynamoDBClient({
      endpoint: printedValue(second.printed, 'AWS endpoint'),
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const get = { TableName: printedValue(second.printed, 'TableName'), Key: { id: { S: 'job#kept' } } };
    await eventually(async () => (await table.send(new GetItemCommand(get))).Item);
    table.destroy();
    const interrupted = once(second.child, 'exit');
    second.child.kill('SIGINT');
    expect(await interrupted).toEqual([0, null]);
  });

  it('says in one line what to do when it cannot start', () => {
    const withData = ['--data', join(folder, 'never')];
    expect(run('up')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^Name the folder .*--help\n$/) });
    expect(run('up', cdkOut, ...withData)).toMatchObject({
      status: 1,
      stderr: `${cdkOut} holds 2 stacks: choose one with --stack: Warehouse (stack name warehouse-test), Billing (stack name billing-test)\n`,
    });
    expect(run('up', cdkOut, '--stack', 'Warehouse', ...withData)).toMatchObject({
      status: 1,
      stderr: 'The parameter Greeting has no default: give it a value with --parameter Greeting=VALUE\n',
    });
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('up CDK_OUT --data DIR') });
  });
});
