import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { campaignDefinition } from '../../../statemachines/compile.ts';
import { FakeHistory } from './fake-history.ts';
import { bodyOf, close, listen } from './page-server.ts';

const ACCOUNT = 'us-east-1:000000000000';
const MACHINE = 'pregon-test-campaign';
const MACHINE_ARN = `arn:aws:states:${ACCOUNT}:stateMachine:${MACHINE}`;
const DEFINITION = campaignDefinition();

type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** A campaign as the fake knows it; `perSecond` makes a running one move. */
export interface FakeCampaign {
  readonly name: string;
  status: Status;
  readonly rows: number;
  readonly start: number;
  stop?: number;
  readonly perSecond?: number;
  readonly redrives?: number;
  /** How many rows a child sends: 1 by default. */
  readonly rowsPerChild?: number;
  maxConcurrency?: number;
  toleratedFailureCount?: number;
  toleratedFailurePercentage?: number;
}

export interface FakeStates {
  readonly url: string;
  /** Every call so far, by operation. */
  readonly calls: string[];
  readonly campaigns: FakeCampaign[];
  /** An operation that fails from now on, with this HTTP status. */
  failing: { readonly operation: string; readonly status: number } | undefined;
  close(): Promise<void>;
}

type Input = Readonly<Record<string, string | number | boolean | undefined>>;

/** A stand-in of the Step Functions API with campaigns in every state: for what is hard to bring about in the engine. */
export async function startFakeStates(campaigns: FakeCampaign[]): Promise<FakeStates> {
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('AWSStepFunctions.', '');
    fake.calls.push(operation);
    const input = JSON.parse(await bodyOf(request)) as Input;
    const { status, body } =
      fake.failing?.operation === operation
        ? refusal(fake.failing.status, 'InternalFailure', 'The service is out of order.')
        : answer(campaigns, operation, input);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
  const fake: FakeStates = {
    url: await listen(server),
    calls: [],
    campaigns,
    failing: undefined,
    close: () => close(server),
  };
  return fake;
}

/** ARN of a campaign's execution. */
export function executionArn(name: string): string {
  return `arn:aws:states:${ACCOUNT}:execution:${MACHINE}:${name}`;
}

/** ARN of the child execution of a campaign's Map Run with this index. */
export function childArn(name: string, index: number): string {
  return `arn:aws:states:${ACCOUNT}:execution:${MACHINE}/SendRows:${uuid(`${name} ${index}`)}`;
}

/** ARN of a campaign's Map Run over its rows. */
export function mapRunArn(name: string): string {
  return `arn:aws:states:${ACCOUNT}:mapRun:${MACHINE}/SendRows:${uuid(name)}`;
}

function answer(campaigns: FakeCampaign[], operation: string, input: Input): { status: number; body: unknown } {
  const ok = (body: unknown) => ({ status: 200, body });
  if (operation === 'ListStateMachines') {
    return ok({ stateMachines: [{ stateMachineArn: MACHINE_ARN, name: MACHINE, type: 'STANDARD', creationDate: 1 }] });
  }
  if (operation === 'ListExecutions') return ok(list(campaigns, input));
  const arn = String(input.executionArn ?? input.mapRunArn);
  const campaign = campaigns.find((each) => arn.endsWith(`:${each.name}`) || arn === mapRunArn(each.name));
  const owner = campaigns.find((each) => arn.includes(uuid(each.name)) || childIndex(each, arn) !== undefined);
  const known = campaign ?? owner;
  if (known === undefined) return refusal(400, 'ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  const index = campaign === undefined ? childIndex(known, arn) : undefined;
  if (operation === 'DescribeExecution') return ok(index === undefined ? describe(known) : child(known, index));
  if (operation === 'DescribeStateMachineForExecution') {
    return ok({
      stateMachineArn: MACHINE_ARN,
      name: MACHINE,
      definition: DEFINITION,
      ...(index !== undefined && { label: 'SendRows' }),
    });
  }
  if (operation === 'GetExecutionHistory') return ok(history(known, index, input));
  if (operation === 'ListMapRuns') {
    const { start } = known;
    const run = {
      executionArn: executionArn(known.name),
      mapRunArn: mapRunArn(known.name),
      stateMachineArn: MACHINE_ARN,
      startDate: start,
    };
    return ok({ mapRuns: index === undefined ? [run] : [] });
  }
  if (operation === 'DescribeMapRun') return ok(describeMapRun(known));
  if (operation === 'UpdateMapRun') return ok(Object.assign(known, limits(input)) && {});
  if (operation === 'StopExecution') return ok(Object.assign(known, { status: 'ABORTED', stop: now() }) && {});
  if (operation === 'RedriveExecution') {
    Object.assign(known, { status: 'RUNNING', redrives: (known.redrives ?? 0) + 1, stop: undefined });
    return ok({ redriveDate: now() });
  }
  return refusal(400, 'UnknownOperationException', operation);
}

function limits({ maxConcurrency, toleratedFailureCount, toleratedFailurePercentage }: Input) {
  return { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage };
}

function refusal(status: number, type: string, message: string) {
  return { status, body: { __type: `com.amazonaws.states#${type}`, message } };
}

function list(campaigns: FakeCampaign[], input: Input) {
  const owner = campaigns.find((each) => mapRunArn(each.name) === input.mapRunArn);
  const size = Number(input.maxResults);
  const from = Number(input.nextToken ?? 0);
  const total = owner === undefined ? campaigns.length : started(owner);
  const found: unknown[] = [];
  let at = from;
  for (; at < total && found.length < size; at += 1) {
    const item = owner === undefined ? summary(campaigns[at] as FakeCampaign) : child(owner, total - 1 - at);
    if (input.statusFilter !== undefined && item.status !== input.statusFilter) continue;
    if (input.redriveFilter !== undefined && item.redriveCount > 0 !== (input.redriveFilter === 'REDRIVEN')) continue;
    found.push(item);
  }
  return { executions: found, ...(at < total && { nextToken: String(at) }) };
}

function summary(campaign: FakeCampaign) {
  const { name, status, start, stop, redrives = 0 } = campaign;
  return {
    executionArn: executionArn(name),
    stateMachineArn: MACHINE_ARN,
    name,
    status,
    startDate: start,
    ...(stop !== undefined && { stopDate: stop }),
    redriveCount: redrives,
    ...(redrives > 0 && { redriveDate: start + 60 }),
  };
}

function describe(campaign: FakeCampaign) {
  const redrivable = campaign.status !== 'RUNNING' && campaign.status !== 'SUCCEEDED';
  const why = `Execution is ${campaign.status} and cannot be redriven`;
  return {
    ...summary(campaign),
    input: JSON.stringify({
      batchId: campaign.name,
      bucket: 'pregon-test-campaigns',
      rowsKey: `campaigns/${campaign.name}/rows.csv`,
      maxConcurrency: 200,
    }),
    ...(campaign.status === 'SUCCEEDED' && { output: '{}' }),
    ...(campaign.status === 'FAILED' && {
      error: 'CampaignIncomplete',
      cause: '3 rows are in ERROR and may be sent again: redrive the execution.',
    }),
    redriveStatus: redrivable ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(!redrivable && { redriveStatusReason: why }),
  };
}

/** How many children have started by now. */
function started(campaign: FakeCampaign): number {
  if (campaign.status !== 'RUNNING' || campaign.perSecond === undefined) return campaign.rows;
  return Math.min(campaign.rows, Math.floor((now() - campaign.start) * campaign.perSecond));
}

function childName(campaign: FakeCampaign, index: number): string {
  return uuid(`${campaign.name} ${index}`);
}

function childIndex(campaign: FakeCampaign, arn: string): number | undefined {
  if (!arn.includes(`${MACHINE}/SendRows:`)) return undefined;
  let indexes = childIndexes.get(campaign.name);
  if (indexes === undefined) {
    indexes = new Map(Array.from({ length: campaign.rows }, (_, index) => [childName(campaign, index), index]));
    childIndexes.set(campaign.name, indexes);
  }
  return indexes.get(arn.split(':').at(-1) ?? '');
}

const childIndexes = new Map<string, ReadonlyMap<string, number>>();

function child(campaign: FakeCampaign, index: number) {
  const moving = campaign.status === 'RUNNING' && index >= started(campaign) - 40;
  const status: Status = moving ? 'RUNNING' : index % 97 === 5 ? 'FAILED' : 'SUCCEEDED';
  const startDate = campaign.start + index / (campaign.perSecond ?? 200);
  return {
    executionArn: childArn(campaign.name, index),
    stateMachineArn: `${MACHINE_ARN}/SendRows`,
    mapRunArn: mapRunArn(campaign.name),
    name: childName(campaign, index),
    status,
    startDate,
    ...(!moving && { stopDate: startDate + 0.35 }),
    redriveCount: (campaign.redrives ?? 0) > 0 && index % 31 === 0 ? 1 : 0,
    redriveStatus: 'REDRIVABLE_BY_MAP_RUN',
    input: JSON.stringify({ BatchInput: { batchId: campaign.name }, Items: rowsOf(campaign, index) }),
    ...(status === 'FAILED' && { error: 'Account', cause: 'SendingPaused: sending is paused for this account' }),
  };
}

/** The rows in a child's input. */
const rowsOf = ({ rowsPerChild = 1 }: FakeCampaign, index: number) =>
  Array.from({ length: rowsPerChild }, (_, n) => ({ row: index * rowsPerChild + n + 1 }));

function describeMapRun(campaign: FakeCampaign) {
  const begun = started(campaign);
  const running = campaign.status === 'RUNNING' ? Math.min(40, begun) : 0;
  const failed = Math.floor((begun - running) / 97);
  const aborted = campaign.status === 'ABORTED' ? Math.floor(campaign.rows / 5) : 0;
  const counts = {
    pending: campaign.rows - begun,
    running,
    succeeded: begun - running - failed - aborted,
    failed,
    timedOut: 0,
    aborted,
    total: campaign.rows,
    resultsWritten: 0,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  };
  return {
    mapRunArn: mapRunArn(campaign.name),
    executionArn: executionArn(campaign.name),
    status: campaign.status === 'TIMED_OUT' ? 'FAILED' : campaign.status,
    startDate: campaign.start,
    ...(campaign.stop !== undefined && { stopDate: campaign.stop }),
    maxConcurrency: campaign.maxConcurrency ?? 200,
    toleratedFailureCount: campaign.toleratedFailureCount ?? 0,
    toleratedFailurePercentage: campaign.toleratedFailurePercentage ?? 0,
    itemCounts: counts,
    executionCounts: counts,
    redriveCount: campaign.redrives ?? 0,
    ...(campaign.redrives && { redriveDate: campaign.start + 60 }),
  };
}

function history(campaign: FakeCampaign, index: number | undefined, input: Input) {
  const events =
    index === undefined
      ? FakeHistory.ofCampaign(campaign, mapRunArn(campaign.name)).events
      : FakeHistory.ofChild(child(campaign, index)).events;
  const ordered = input.reverseOrder === true ? events.toReversed() : events;
  const from = Number(input.nextToken ?? 0);
  const to = from + Number(input.maxResults);
  return { events: ordered.slice(from, to), ...(to < ordered.length && { nextToken: String(to) }) };
}

function uuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function now(): number {
  return Date.now() / 1000;
}
