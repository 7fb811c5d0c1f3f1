import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { AwsError } from '../../src/gateway/errors.ts';
import type { AwsRequest } from '../../src/gateway/types.ts';
import {
  CALL_LIMITS,
  type CallLimitName,
  type LimitSettings,
  limitsOf,
  PACE_LIMITS,
  SIZE_LIMITS,
  type SizeLimitName,
} from '../../src/limits/limits.ts';
import { readLimits } from '../../src/limits/option.ts';
import { limitsRoute } from '../../src/limits/route.ts';
import { limitCalls } from '../../src/limits/step.ts';
import { TokenBucket } from '../../src/limits/token-bucket.ts';
import { clientOptions, closing, gatewayFor } from '../services/support.ts';

const track = closing();

/** The step over a clock of its own. `many` makes calls at once and returns how many were accepted, and the error of the others. */
function start(settings: LimitSettings = {}) {
  const clock = { now: 1_000_000 };
  const throttled = new Map<string, number>();
  const step = limitCalls({
    limits: limitsOf(settings),
    now: () => clock.now,
    onThrottled: (name) => throttled.set(name, (throttled.get(name) ?? 0) + 1),
  });
  const call = async (name: string, body = '{}') => {
    const [service = '', operation = ''] = name.split('.');
    const request: AwsRequest = {
      service,
      operation,
      requestId: 'r',
      region: 'us-east-1',
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { host: 'localhost' },
      body: Buffer.from(body),
      principal: { kind: 'administrator', accessKeyId: 'a' },
    };
    return step(request, async () => ({ status: 200, headers: {} }));
  };
  const many = async (name: string, calls: number) => {
    let error: unknown;
    let accepted = 0;
    for (let n = 0; n < calls; n++) {
      await call(name).then(
        () => accepted++,
        (refusal: unknown) => {
          error = refusal;
        },
      );
    }
    return { accepted, error };
  };
  return { call, many, clock, throttled };
}

/** Those of the step: the HTTP API throttles its requests itself. */
const OF_THE_STEP = (Object.keys(CALL_LIMITS) as CallLimitName[]).filter((name) => name !== 'httpApi.throttle');

describe('quotas of calls', () => {
  it('are those of the AWS page for us-east-1', () => {
    const written = Object.entries(CALL_LIMITS).map(
      ([name, { bucket, perSecond }]) => `${name} ${bucket}/${perSecond}`,
    );
    expect(written).toEqual([
      'states.CreateStateMachine 100/1',
      'states.DeleteStateMachine 100/1',
      'states.DescribeExecution 300/15',
      'states.DescribeMapRun 200/1',
      'states.DescribeStateMachine 200/20',
      'states.DescribeStateMachineForExecution 200/1',
      'states.GetExecutionHistory 400/20',
      'states.ListExecutions 200/5',
      'states.ListMapRuns 100/1',
      'states.ListStateMachines 100/5',
      'states.RedriveExecution 1300/300',
      'states.SendTaskFailure 3000/500',
      'states.SendTaskHeartbeat 3000/500',
      'states.SendTaskSuccess 3000/500',
      'states.StartExecution 1300/300',
      'states.StopExecution 1000/200',
      'states.UpdateMapRun 100/1',
      'states.UpdateStateMachine 100/1',
      'states.ValidateStateMachineDefinition 100/1',
      'ses.GetAccount 1/1',
      'httpApi.throttle 5000/10000',
    ]);
  });

  it('and what AWS delays: children of a Map Run and transitions', () => {
    const written = Object.entries(PACE_LIMITS).map(
      ([name, { bucket, perSecond }]) => `${name} ${bucket}/${perSecond}`,
    );
    expect(written).toEqual([
      'states.dispatchExpress 100/1000',
      'states.dispatchStandard 10/100',
      'states.transitions 5000/5000',
    ]);
    const { paces } = limitsOf({ 'states.dispatchStandard': false, 'states.transitions': { bucket: 7, perSecond: 8 } });
    expect(paces).toEqual({
      'states.dispatchExpress': { bucket: 100, perSecond: 1_000 },
      'states.transitions': { bucket: 7, perSecond: 8 },
    });
  });

  it.each(OF_THE_STEP)('%s: the bucket at once, then its refill a second', async (name) => {
    const { bucket, perSecond, answer } = CALL_LIMITS[name];
    const { many, clock } = start();

    const first = await many(name, bucket + 2);
    clock.now += 1_000;
    const second = await many(name, perSecond + 2);
    clock.now += 3_600_000;
    const rested = await many(name, bucket + 2);

    expect([first.accepted, second.accepted, rested.accepted]).toEqual([bucket, Math.min(bucket, perSecond), bucket]);
    expect(first.error).toBeInstanceOf(AwsError);
    const { status, code, message } = first.error as AwsError;
    expect([`${status} ${code}`, message]).toEqual([answer, 'Rate exceeded']);
  });

  it.each(OF_THE_STEP)('%s: can be switched off and set', async (name) => {
    const off = start({ [name]: false });
    const set = start({ [name]: { bucket: 2, perSecond: 0.5 } });

    expect((await off.many(name, 3_500)).accepted).toBe(3_500);
    expect((await set.many(name, 4)).accepted).toBe(2);
    set.clock.now += 2_000;
    expect((await set.many(name, 4)).accepted).toBe(1);
  });

  it('have a bucket each, and leave other calls alone', async () => {
    const { many, throttled } = start();
    await many('states.ListMapRuns', 101);

    expect((await many('states.DescribeMapRun', 10)).accepted).toBe(10);
    expect((await many('dynamodb.GetItem', 5_000)).accepted).toBe(5_000);
    expect([...throttled]).toEqual([['states.ListMapRuns', 1]]);
  });

  it('add nothing for a clock that is set back', () => {
    const bucket = new TokenBucket({ bucket: 1, perSecond: 1 }, 10_000);
    expect([bucket.take(10_000), bucket.take(0), bucket.take(500), bucket.take(1_000)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('reach a client as a ThrottlingException that its SDK repeats', async () => {
    const clock = { now: 0 };
    const limits = limitsOf({ 'states.DescribeExecution': { bucket: 1, perSecond: 1 } });
    const onThrottled = () => {
      clock.now += 1_000;
    };
    const describe = async () => ({ status: 200, headers: {}, body: '{"status":"RUNNING"}' });
    const gateway = track(
      await gatewayFor({ states: describe }, { steps: [limitCalls({ limits, now: () => clock.now, onThrottled })] }),
    );
    const once = new SFNClient(clientOptions(gateway));
    const patient = new SFNClient({ ...clientOptions(gateway), maxAttempts: 3 });
    for (const client of [once, patient]) track({ close: () => client.destroy() });
    const command = () => new DescribeExecutionCommand({ executionArn: 'arn:aws:states:us-east-1:1:execution:m:e' });

    await once.send(command());
    await expect(once.send(command())).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
      $metadata: { httpStatusCode: 400 },
    });
    await once.send(command());
    await expect(patient.send(command())).resolves.toMatchObject({
      status: 'RUNNING',
      $metadata: { attempts: 2 },
    });
  });
});

describe('the size of a request of Step Functions', () => {
  const MIB = 1024 * 1024;

  it('is at most 1 MiB with its headers', async () => {
    const { call } = start();
    await expect(call('states.StartExecution', 'x'.repeat(MIB - 100))).resolves.toMatchObject({ status: 200 });
    await expect(call('states.StartExecution', 'x'.repeat(MIB - 1))).rejects.toMatchObject({
      code: 'RequestEntityTooLargeException',
      status: 413,
    });
  });

  it('can be switched off', async () => {
    const { call } = start({ 'states.requestBytes': false });
    await expect(call('states.StartExecution', 'x'.repeat(2 * MIB))).resolves.toMatchObject({ status: 200 });
  });
});

describe('the settings of limits', () => {
  const switchable = (Object.keys(SIZE_LIMITS) as SizeLimitName[]).filter((name) => !('fixed' in SIZE_LIMITS[name]));

  it.each(switchable)('%s can be switched off and set', (name) => {
    expect(limitsOf().max[name]).toBe(SIZE_LIMITS[name].value);
    expect(limitsOf({ [name]: false }).max[name]).toBe(Number.POSITIVE_INFINITY);
    expect(limitsOf({ [name]: 7 }).max[name]).toBe(7);
  });

  it('switch all off but those that are fixed and those that are set', () => {
    const { calls, paces, max } = limitsOf({
      all: false,
      'sqs.batchEntries': 5,
      'states.StopExecution': { bucket: 1, perSecond: 1 },
    });
    expect(calls).toEqual({ 'states.StopExecution': { bucket: 1, perSecond: 1 } });
    expect(paces).toEqual({});
    expect(Object.entries(max).filter(([, value]) => Number.isFinite(value))).toEqual([
      ['dynamodb.batchGetBytes', 1_458_176],
      ['dynamodb.pageBytes', 1_048_576],
      ['dynamodb.requestBytes', 16_777_216],
      ['sqs.batchEntries', 5],
    ]);
  });

  it.each([
    [{ 'states.Nothing': false }, 'There is no limit "states.Nothing"'],
    [{ toString: false }, 'There is no limit "toString"'],
    [{ 'dynamodb.pageBytes': false }, 'The limit dynamodb.pageBytes cannot be changed'],
    [{ 'sqs.batchEntries': 0 }, 'The limit sqs.batchEntries takes a number above 0'],
    [{ 'sqs.batchEntries': { bucket: 1, perSecond: 1 } }, 'The limit sqs.batchEntries takes a number above 0'],
    [{ 'states.StopExecution': 5 }, 'The limit states.StopExecution takes a bucket size and a rate above 0'],
  ])('refuse %j', (settings, message) => {
    expect(() => limitsOf(settings as LimitSettings)).toThrow(message);
  });

  it('are read from the command line', () => {
    const texts = ['off=states.ListMapRuns, sqs.batchEntries', 'states.StopExecution=500/25', 'lambda.eventBytes=1000'];
    expect(readLimits(texts)).toEqual({
      'states.ListMapRuns': false,
      'sqs.batchEntries': false,
      'states.StopExecution': { bucket: 500, perSecond: 25 },
      'lambda.eventBytes': 1_000,
    });
    expect(readLimits(['off=all'])).toEqual({ all: false });
    expect(() => readLimits(['states.StopExecution'])).toThrow(
      '"states.StopExecution" is not off=NAME,… or NAME=VALUE',
    );
    expect(() => readLimits(['lambda.eventBytes=1 MB'])).toThrow('takes NUMBER or BUCKET/PER_SECOND, not "1 MB"');
  });

  it('are shown with what was throttled', async () => {
    const limits = limitsOf({ 'states.ListMapRuns': false, 'sqs.messageBytes': false });
    const route = limitsRoute(limits, new Map([['states.DescribeExecution', 3]]));
    const request = { query: new URLSearchParams(), body: Buffer.alloc(0) };
    const shown = await route({ method: 'GET', ...request });
    expect(shown.status).toBe(200);
    expect(JSON.parse(JSON.stringify(shown.body))).toMatchObject({
      calls: { 'states.DescribeExecution': { bucket: 300, perSecond: 15 } },
      max: { 'sqs.messageBytes': null, 'sqs.batchEntries': 10 },
      throttled: { 'states.DescribeExecution': 3 },
    });
    expect(shown.body).not.toHaveProperty(['calls', 'states.ListMapRuns']);
    expect((await route({ method: 'PUT', ...request })).status).toBe(405);
  });
});
