/** A token bucket: calls that may come at once, and how many a second are added. */
export interface Bucket {
  readonly bucket: number;
  readonly perSecond: number;
}

interface CallLimit extends Bucket {
  readonly answer: string;
  readonly source: string;
}

interface SizeLimit {
  readonly value: number;
  readonly unit: string;
  /** What is limited. */
  readonly of: string;
  readonly answer: string;
  readonly source: string;
  /** Set where the value is written into a package that runs here, so that it cannot be changed. */
  readonly fixed?: true;
}

const DOCS = 'https://docs.aws.amazon.com';
const STATES = `${DOCS}/step-functions/latest/dg/service-quotas.html`;
const LAMBDA = `${DOCS}/lambda/latest/dg/gettingstarted-limits.html`;
const HTTP_API = `${DOCS}/apigateway/latest/developerguide/http-api-quotas.html`;
const HTTP_API_THROTTLING = `${DOCS}/apigateway/latest/developerguide/http-api-throttling.html`;
const SQS = `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html`;
const DYNAMODB = `${DOCS}/amazondynamodb/latest/developerguide/ServiceQuotas.html`;
const DYNAMODB_API = `${DOCS}/amazondynamodb/latest/APIReference`;
const EVENTS = `${DOCS}/eventbridge/latest/APIReference/API_PutEvents.html`;

const states = (bucket: number, perSecond: number): CallLimit => ({
  bucket,
  perSecond,
  answer: '400 ThrottlingException',
  source: STATES,
});

/**
 * Calls that AWS refuses beyond a rate for the account, by `service.Operation`; `httpApi.throttle` is all requests of HTTP APIs. The values
 * are those of us-east-1, us-west-2 and eu-west-1; other Regions have less of some.
 */
export const CALL_LIMITS = {
  'states.CreateStateMachine': states(100, 1),
  'states.DeleteStateMachine': states(100, 1),
  'states.DescribeExecution': states(300, 15),
  'states.DescribeMapRun': states(200, 1),
  'states.DescribeStateMachine': states(200, 20),
  'states.DescribeStateMachineForExecution': states(200, 1),
  'states.GetExecutionHistory': states(400, 20),
  'states.ListExecutions': states(200, 5),
  'states.ListMapRuns': states(100, 1),
  'states.ListStateMachines': states(100, 5),
  'states.RedriveExecution': states(1_300, 300),
  'states.SendTaskFailure': states(3_000, 500),
  'states.SendTaskHeartbeat': states(3_000, 500),
  'states.SendTaskSuccess': states(3_000, 500),
  // Of Standard workflows. Express ones have 6,000 and 6,000.
  'states.StartExecution': states(1_300, 300),
  'states.StopExecution': states(1_000, 200),
  'states.UpdateMapRun': states(100, 1),
  'states.UpdateStateMachine': states(100, 1),
  'states.ValidateStateMachineDefinition': states(100, 1),
  // Documented for GetSendQuota, the same call of version 1. Version 2 documents no rate.
  'ses.GetAccount': {
    bucket: 1,
    perSecond: 1,
    answer: '429 TooManyRequestsException',
    source: `${DOCS}/ses/latest/APIReference/API_GetSendQuota.html`,
  },
  // The values: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
  // The throttling of a stage holds besides, and is off with it.
  'httpApi.throttle': {
    bucket: 5_000,
    perSecond: 10_000,
    answer: '429 Too Many Requests',
    source: HTTP_API_THROTTLING,
  },
} as const satisfies Record<string, CallLimit>;

interface PaceLimit extends Bucket {
  /** What waits. */
  readonly of: string;
  readonly source: string;
}

/**
 * What AWS delays beyond a rate, and never refuses. How many children may start at once is not documented: a tenth of a second's is assumed.
 */
export const PACE_LIMITS = {
  'states.dispatchExpress': {
    bucket: 100,
    perSecond: 1_000,
    of: 'Express children that a Map Run starts',
    source: STATES,
  },
  'states.dispatchStandard': {
    bucket: 10,
    perSecond: 100,
    of: 'Standard children that a Map Run starts',
    source: STATES,
  },
  'states.transitions': {
    bucket: 5_000,
    perSecond: 5_000,
    of: 'state transitions of all Standard executions',
    source: STATES,
  },
} as const satisfies Record<string, PaceLimit>;

const KIB = 1024;
const MIB = 1024 * KIB;

/** Sizes, counts and times that AWS refuses to exceed. */
export const SIZE_LIMITS = {
  'dynamodb.batchGetBytes': {
    value: MIB + 400 * KIB,
    unit: 'bytes',
    of: 'items of a BatchGetItem response that are in one partition; 16 MB in all',
    answer: 'the rest is in UnprocessedKeys',
    source: `${DYNAMODB_API}/API_BatchGetItem.html`,
    fixed: true,
  },
  'dynamodb.batchGetItems': {
    value: 100,
    unit: 'items',
    of: 'BatchGetItem',
    answer: '400 ValidationException',
    source: `${DYNAMODB_API}/API_BatchGetItem.html`,
  },
  'dynamodb.batchStatements': {
    value: 25,
    unit: 'statements',
    of: 'BatchExecuteStatement',
    answer: '400 ValidationException',
    source: `${DYNAMODB_API}/API_BatchExecuteStatement.html`,
  },
  'dynamodb.batchWriteItems': {
    value: 25,
    unit: 'requests',
    of: 'BatchWriteItem',
    answer: '400 ValidationException',
    source: `${DYNAMODB_API}/API_BatchWriteItem.html`,
  },
  'dynamodb.itemBytes': {
    value: 400 * KIB,
    unit: 'bytes',
    of: 'an item, with the names of its attributes',
    answer: '400 ValidationException',
    source: DYNAMODB,
  },
  'dynamodb.pageBytes': {
    value: MIB,
    unit: 'bytes',
    of: 'a page of Query or Scan, before the filter',
    answer: 'LastEvaluatedKey',
    source: `${DYNAMODB_API}/API_Query.html`,
    fixed: true,
  },
  'dynamodb.requestBytes': {
    value: 16 * MIB,
    unit: 'bytes',
    of: 'a request',
    answer: '413 RequestEntityTooLargeException',
    source: `${DYNAMODB_API}/API_BatchWriteItem.html`,
    fixed: true,
  },
  'events.entries': {
    value: 10,
    unit: 'entries',
    of: 'PutEvents',
    answer: '400 ValidationException',
    source: EVENTS,
  },
  // 256 KB until January 2026. Some pages still say so.
  'events.requestBytes': {
    value: MIB,
    unit: 'bytes',
    of: 'all entries of PutEvents',
    answer: '400 ValidationException',
    source:
      'https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-eventbridge-increases-event-payload-size-256-kb-1-mb/',
  },
  'httpApi.bodyBytes': {
    value: 10 * MIB,
    unit: 'bytes',
    of: 'the body of a request',
    answer: '413 Request Entity Too Large',
    source: HTTP_API,
  },
  'httpApi.timeoutMs': {
    value: 30_000,
    unit: 'ms',
    of: 'the wait for a function',
    answer: '503 Service Unavailable',
    source: HTTP_API,
  },
  'lambda.eventBytes': {
    value: MIB,
    unit: 'bytes',
    of: 'the payload of an asynchronous call',
    answer: '413 RequestEntityTooLargeException',
    source: LAMBDA,
  },
  'lambda.requestBytes': {
    value: 6 * MIB,
    unit: 'bytes',
    of: 'the payload of a synchronous call',
    answer: '413 RequestEntityTooLargeException',
    source: LAMBDA,
  },
  'lambda.responseBytes': {
    value: 6_291_556,
    unit: 'bytes',
    of: 'the response of a function',
    answer: 'the error Function.ResponseSizeTooLarge',
    source: LAMBDA,
  },
  's3.deleteKeys': {
    value: 1_000,
    unit: 'keys',
    of: 'DeleteObjects',
    answer: '400 MalformedXML',
    source: `${DOCS}/AmazonS3/latest/API/API_DeleteObjects.html`,
  },
  's3.keyBytes': {
    value: KIB,
    unit: 'bytes',
    of: 'the key of an object',
    answer: '400 KeyTooLongError',
    source: `${DOCS}/AmazonS3/latest/userguide/object-keys.html`,
  },
  's3.putBytes': {
    value: 5 * KIB * MIB,
    unit: 'bytes',
    of: 'one upload: PutObject, or a part',
    answer: '400 EntityTooLarge',
    source: `${DOCS}/AmazonS3/latest/userguide/upload-objects.html`,
  },
  'secretsmanager.valueBytes': {
    value: 64 * KIB,
    unit: 'bytes',
    of: 'the value of a secret',
    answer: '400 ValidationException',
    source: `${DOCS}/secretsmanager/latest/userguide/reference_limits.html`,
  },
  'ses.recipients': {
    value: 50,
    unit: 'addresses',
    of: 'a message',
    answer: '400 BadRequestException',
    source: `${DOCS}/ses/latest/dg/quotas.html`,
  },
  'sqs.batchEntries': {
    value: 10,
    unit: 'entries',
    of: 'a batch that is sent, deleted or changed',
    answer: '400 TooManyEntriesInBatchRequest',
    source: SQS,
  },
  'sqs.messageBytes': {
    value: MIB,
    unit: 'bytes',
    of: 'a message, and all messages of a batch together',
    answer: '400 InvalidParameterValue, BatchRequestTooLong',
    source: SQS,
  },
  'states.dataBytes': {
    value: 256 * KIB,
    unit: 'bytes',
    of: 'the input and output of a task, a state or an execution',
    answer: 'States.DataLimitExceeded, 400 ValidationException',
    source: STATES,
  },
  'states.definitionBytes': {
    value: MIB,
    unit: 'bytes',
    of: 'a definition',
    answer: '400 ValidationException',
    source: STATES,
  },
  'states.historyEvents': {
    value: 25_000,
    unit: 'events',
    of: 'the history of a Standard execution',
    answer: 'the execution fails with States.Runtime',
    source: STATES,
  },
  // The code of the refusal is not documented.
  'states.requestBytes': {
    value: MIB,
    unit: 'bytes',
    of: 'a request of the API, with its headers',
    answer: '413 RequestEntityTooLargeException',
    source: STATES,
  },
} as const satisfies Record<string, SizeLimit>;

export type CallLimitName = keyof typeof CALL_LIMITS;
export type PaceLimitName = keyof typeof PACE_LIMITS;
export type SizeLimitName = keyof typeof SIZE_LIMITS;
export type LimitName = CallLimitName | PaceLimitName | SizeLimitName;

/** Limits by name: false switches one off, a value replaces AWS's. `all: false` switches all off that can be. */
export type LimitSettings = {
  readonly [Name in CallLimitName | PaceLimitName]?: false | Bucket;
} & { readonly [Name in SizeLimitName]?: false | number } & { readonly all?: false };

/** The largest sizes in force. Infinity is no limit. */
export type Maxima = Readonly<Record<SizeLimitName, number>>;

/** The rates to which executions are held. */
export type Paces = Readonly<Partial<Record<PaceLimitName, Bucket>>>;

/** The limits in force. It may be passed to a worker thread. */
export interface Limits {
  /** Without those that are off. */
  readonly calls: Readonly<Partial<Record<CallLimitName, Bucket>>>;
  /** Without those that are off. */
  readonly paces: Paces;
  readonly max: Maxima;
}

const isFixed = (limit: SizeLimit): boolean => limit.fixed === true;

/** A setting that cannot be followed. The message is for the user. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
}

/** AWS's limits with these changes. @throws LimitError for an unknown name, a fixed limit or a value that is not positive */
export function limitsOf(settings: LimitSettings = {}): Limits {
  const { all, ...named } = settings;
  for (const [name, setting] of Object.entries(named)) checkSetting(name, setting);
  const off = (name: LimitName) => named[name] === false || (all === false && named[name] === undefined);
  const bucketsOf = <Name extends CallLimitName | PaceLimitName>(known: Readonly<Record<Name, Bucket>>) =>
    Object.fromEntries(
      (Object.entries(known) as [Name, Bucket][])
        .filter(([name]) => !off(name))
        .map(([name, { bucket, perSecond }]) => [name, named[name] ?? { bucket, perSecond }]),
    );
  const max = Object.entries(SIZE_LIMITS).map(([name, limit]) => {
    const own = named[name as SizeLimitName];
    const isOff = off(name as SizeLimitName) && !isFixed(limit);
    return [name, isOff ? Number.POSITIVE_INFINITY : own || limit.value];
  });
  return { calls: bucketsOf(CALL_LIMITS), paces: bucketsOf(PACE_LIMITS), max: Object.fromEntries(max) };
}

function checkSetting(name: string, setting: false | number | Bucket | undefined): void {
  const size: SizeLimit | undefined = Object.hasOwn(SIZE_LIMITS, name) ? SIZE_LIMITS[name as SizeLimitName] : undefined;
  if (!size && !Object.hasOwn(CALL_LIMITS, name) && !Object.hasOwn(PACE_LIMITS, name))
    throw new LimitError(`There is no limit "${name}"`);
  if (size && isFixed(size)) throw new LimitError(`The limit ${name} cannot be changed`);
  if (setting === false || setting === undefined) return;
  const numbers = typeof setting === 'number' ? [setting] : [setting.bucket, setting.perSecond];
  const isOfItsKind = size ? typeof setting === 'number' : typeof setting !== 'number';
  if (!isOfItsKind || !numbers.every((number) => number > 0)) {
    throw new LimitError(`The limit ${name} takes ${size ? 'a number' : 'a bucket size and a rate'} above 0`);
  }
}

/** AWS's own limits. */
export const AWS_LIMITS: Limits = limitsOf();
