import { AwsError } from '../../src/gateway/errors.ts';
import type { AwsRequest, AwsResponse, ServiceHandler } from '../../src/gateway/types.ts';
import { estimateUsd } from '../../src/usage/estimate.ts';
import { Meter, type UsageGroups } from '../../src/usage/meter.ts';
import { usageRoute } from '../../src/usage/route.ts';
import { metering } from '../../src/usage/step.ts';
import { emptyTally } from '../../src/usage/tally.ts';
import { closing, temporaryFolder } from './support.ts';

const track = closing();

/** A group starts with the first object in its folder. */
const groups: UsageGroups = {
  parameter: 'group',
  startedBy: ({ service, path }) => (service === 's3' ? /\/jobs\/([^/]+)/.exec(path)?.[1] : undefined),
};

function start(folder = track(temporaryFolder()).path) {
  const clock = { now: 1_000_000 };
  const meter = track(new Meter(folder, () => clock.now, groups));
  const step = metering(meter);
  const call = (service: string, operation: string, text = '', response: Partial<AwsResponse> | Error = {}) => {
    const request: AwsRequest = {
      service,
      operation,
      requestId: 'r',
      region: 'us-east-1',
      method: service === 's3' ? 'PUT' : 'POST',
      path: service === 's3' ? text : '/',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(service === 's3' ? '' : text),
      principal: { kind: 'administrator', accessKeyId: 'a' },
    };
    const next: ServiceHandler = async () => {
      if (response instanceof Error) throw response;
      return { status: 200, headers: {}, ...response };
    };
    return step(request, next);
  };
  const usage = async (group?: string) => {
    const transitions = { standard: 7, expressRequests: 0, expressGbSeconds: 0 };
    const route = usageRoute(meter, async () => transitions, groups);
    const query = new URLSearchParams(group === undefined ? {} : { group });
    return (await route({ method: 'GET', query, body: Buffer.alloc(0) })).body as {
      calls: Record<string, number>;
      throttled: number;
      transitions: number;
      estimatedUsd: Record<string, number>;
    };
  };
  return { call, usage, meter, clock };
}

describe('usage', () => {
  it('counts the calls of a group from its start, and ungrouped calls shortly after it was named', async () => {
    const { call, usage, clock } = start();
    await call('dynamodb', 'Scan', '{}');
    await call('s3', 'PutObject', '/bucket/jobs/first/u/rows.csv');
    await call('s3', 'PutObject', '/bucket/jobs/second/u/rows.csv');
    await call('dynamodb', 'UpdateItem', '{"pk":"first#1"}', { units: { read: 0, write: 3 } });
    await call('sqs', 'ReceiveMessage', '{}');
    await call('ses', 'SendEmail', '{"job":"second"}');
    clock.now += 10_000;
    await call('sqs', 'ReceiveMessage', '{}');
    expect((await usage('first')).calls).toEqual({
      'dynamodb.UpdateItem': 1,
      's3.PutObject': 1,
      'sqs.ReceiveMessage': 1,
    });
    expect((await usage('second')).calls).toEqual({ 's3.PutObject': 1, 'ses.SendEmail': 1 });
    expect((await usage()).calls).toMatchObject({ 'sqs.ReceiveMessage': 2, 'dynamodb.Scan': 1 });
    expect((await usage('unknown')).calls).toEqual({});
  });

  it('counts throttles, answered or thrown', async () => {
    const { call, usage } = start();
    await expect(call('ses', 'SendEmail', '{}', new AwsError('TooManyRequestsException', '', 429))).rejects.toThrow();
    await call('states', 'DescribeExecution', '{}', { status: 429 });
    expect(await usage()).toMatchObject({ throttled: 2, transitions: 7 });
  });

  it('is kept over a restart', async () => {
    const folder = track(temporaryFolder()).path;
    const first = start(folder);
    await first.call('s3', 'PutObject', '/bucket/jobs/first/u/rows.csv');
    await first.meter.close();
    expect((await start(folder).usage('first')).calls).toEqual({ 's3.PutObject': 1 });
  });

  it('charges the list price for a million of each', () => {
    const million = 1e6;
    const tally = {
      ...emptyTally(),
      calls: { 's3.PutObject': million, 's3.GetObject': million, 's3.DeleteObject': million },
      readUnits: million,
      writeUnits: million,
      sqsRequests: million,
      messagesSent: million,
      lambdaRequests: million,
      httpRequests: million,
    };
    const usd = estimateUsd(tally, { standard: million, expressRequests: million, expressGbSeconds: 0 });
    expect(usd).toEqual({
      stepFunctions: 26,
      lambda: 0.2,
      sqs: 0.4,
      dynamodb: 0.75,
      s3: 5.4,
      ses: 100,
      httpApi: 1,
      total: 133.75,
    });
  });
});
