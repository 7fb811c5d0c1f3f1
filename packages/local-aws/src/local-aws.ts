import { join, resolve } from 'node:path';
import { ACCOUNTS, type AccountProfile } from './account.ts';
import { Closers } from './compose/closers.ts';
import { startEngine } from './compose/engine.ts';
import { lockDataDir } from './compose/lock.ts';
import { listening } from './compose/ports.ts';
import { provisionStateMachines } from './compose/state-machines.ts';
import { processDescriptors } from './descriptors.ts';
import type { ExtensionContext, Extensions } from './extensions.ts';
import type { Faults } from './faults/faults.ts';
import type { Chance } from './faults/step.ts';
import { functionSession } from './gateway/principals.ts';
import { httpApiOf } from './http-api/definitions.ts';
import type { PageSettings } from './http-api/protocol/inject.ts';
import { HttpApiServer, listenHttpApi } from './http-api/server.ts';
import type { Iam } from './iam/iam.ts';
import { accessKeyFor } from './identity.ts';
import { type FunctionSpec, functionsOf } from './lambda/definitions.ts';
import { eventSourcesOf } from './lambda/event-sources/event-sources.ts';
import { logsRoute } from './lambda/logs-route.ts';
import { lambdaApi } from './lambda/protocol.ts';
import { LambdaRuntime } from './lambda/runtime.ts';
import { type LimitSettings, limitsOf } from './limits/limits.ts';
import { startServices, systemChance } from './services.ts';
import { continueTime } from './steady-time.ts';
import { isStoreFailure } from './storage/failure.ts';
import type { Template } from './template/template.ts';
import { NO_TRANSITIONS } from './usage/estimate.ts';
import type { UsageGroups } from './usage/meter.ts';
import type { TransitionsOf } from './usage/route.ts';

export interface LocalAwsOptions {
  /** Folder that `cdk synth` wrote: templates and assets. */
  readonly cdkOut: string;
  /** Name, artifact id or path (`Prod/Shop`) of the stack. May be left out if the folder holds one stack only. */
  readonly stackName?: string;
  /** Folder of all local state. One process at a time may use it. */
  readonly dataDir: string;
  /** Port of the template's HTTP API; 0 takes any free port. */
  readonly port?: number;
  /** Address that the HTTP API listens on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Host names by which the HTTP API may be called, besides IP addresses and those of this machine. */
  readonly allowHosts?: readonly string[];
  /** Port of the AWS endpoint, which listens on 127.0.0.1; 0 takes any free port. */
  readonly awsPort?: number;
  /** Values of the template's parameters, by name; the others take their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Which quotas the account has; the default quotas of AWS by default. */
  readonly account?: AccountProfile;
  /** Recipients a second that the local SES accepts; 14 by default. */
  readonly maxSendRate?: number;
  /** Whether SES publishes events for every recipient; by default for those of its simulator only. */
  readonly feedbackForEverybody?: boolean;
  /**
   * Quotas and limits of AWS by name, as the README lists them: false switches one off, a value replaces AWS's; `all: false` switches
   * all off.
   */
  readonly limits?: LimitSettings;
  /** How many histories of the succeeded children of each Map Run are kept, at least; 1,000 by default. */
  readonly keptHistories?: number;
  /** How many of the newest executions of each state machine are kept, at least; 1,000 by default. Those that run or may be redriven are kept too. */
  readonly keptExecutions?: number;
  /** Skips the HTTP API's authorizers. An object is what functions then get as the authorizer's context. */
  readonly open?: boolean | Readonly<Record<string, unknown>>;
  /** Settings for the HTML pages of the HTTP API. */
  readonly page?: PageSettings;
  /** The faults that can be injected; pass an instance to add members of your own. */
  readonly faults?: Faults;
  /** How usage is split into groups. By default only the total is known. */
  readonly usageGroups?: UsageGroups;
  /** Random numbers and waits of the simulated services. */
  readonly chance?: Chance;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Whether the start waits until an instance of this function is warm. */
  warmBeforeReady?(functionName: string): boolean;
  /** Adds simulated recipients, provider stand-ins, routes and usage groups. */
  extend?(context: ExtensionContext): Extensions | Promise<Extensions>;
  /** Receives what a user should see: what is not supported, what went wrong. */
  onNotice(text: string): void;
}

/** A resource of the running stack. */
export interface LocalResource {
  readonly logicalId: string;
  /** `AWS::SQS::Queue` */
  readonly type: string;
  /** What `Ref` gives: a queue's URL, a table's name, the ARN of a state machine. */
  readonly physicalId: string;
  readonly arn?: string;
}

export interface LocalAws {
  readonly stackName: string;
  /** Base address of the HTTP API; undefined if the template has none. */
  readonly apiUrl?: string;
  /** Base address of the AWS endpoint. */
  readonly awsEndpoint: string;
  readonly region: string;
  readonly account: string;
  /** The stack's outputs, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly LocalResource[];
  /** What the template asks for and local AWS does not support, one line each. */
  readonly unsupported: readonly string[];
  /** Resolves with the reason, whose message is for the user, when the stack cannot go on: a service has ended, or the disk is full. */
  readonly failed: Promise<Error>;
  /** Starts an instance of each function whose name matches, so that its first call does not wait for it. */
  warm(matches: (functionName: string) => boolean): Promise<void>;
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** Batches in progress may end within this before their threads do. */
const STOP_GRACE_MS = 2000;

/**
 * Runs one stack of a CDK output on this machine. Resolves once everything answers. Throws StartFailure, LimitError, DataDirInUse, TemplateError,
 * StoreFailure or ServiceEnded with a message for the user.
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const closers = new Closers();
  const failure = Promise.withResolvers<Error>();
  const failedStart = failure.promise.then((reason) => {
    throw reason;
  });
  try {
    const starting = start({ ...options, dataDir: resolve(options.dataDir) }, closers, failure);
    return await Promise.race([starting, failedStart]);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function start(
  options: LocalAwsOptions,
  closers: Closers,
  failure: PromiseWithResolvers<Error>,
): Promise<LocalAws> {
  const { cdkOut, dataDir, host = LOOPBACK, onNotice, now = Date.now, chance = systemChance } = options;
  const limits = limitsOf(options.limits);
  const { max, paces } = limits;
  const lock = lockDataDir(dataDir);
  closers.add(() => lock.release());
  closers.add(continueTime(dataDir, onNotice));
  const listener = await listening('--port', options.port ?? 0, host, () => listenHttpApi(options.port ?? 0, host));
  closers.add(() => listener.close());
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const apiUrl = `http://${urlHost(host)}:${port}`;

  /** Damage is found again by every call that needs the same page. It is reported once. */
  const reported = new Set<string>();
  const onError = (error: unknown, where: string) => {
    if (!isStoreFailure(error))
      onNotice(`Local AWS failed in ${where}: ${error instanceof Error ? error.stack : error}`);
    else if (!reported.has(error.message)) {
      reported.add(error.message);
      onNotice(error.message);
    }
  };

  let transitionsOf: TransitionsOf = async () => NO_TRANSITIONS;
  const aws = await listening('--aws-port', options.awsPort ?? 0, LOOPBACK, () =>
    startServices({
      cdkOut,
      dataDir,
      port: options.awsPort ?? 0,
      host: LOOPBACK,
      apiUrl,
      chance,
      now,
      ...(options.stackName !== undefined && { stackName: options.stackName }),
      ...(options.parameters && { parameters: options.parameters }),
      ...(options.maxSendRate !== undefined && { maxSendRate: options.maxSendRate }),
      feedbackForEverybody: options.feedbackForEverybody ?? false,
      limits,
      ...(options.faults && { faults: options.faults }),
      ...(options.usageGroups && { usageGroups: options.usageGroups }),
      transitionsOf: (name) => transitionsOf(name),
      extend: (awsEndpoint) => options.extend?.({ awsEndpoint, dataDir, chance, now }) ?? {},
      onError,
      onFatal: failure.resolve,
    }),
  );
  closers.add(() => aws.close());
  const { template, gateway, services, meter, iam } = aws;

  const functions = functionsOf(template, join(dataDir, 'lambda', 'inline'));
  const descriptors = processDescriptors();
  const runtime = new LambdaRuntime({
    descriptors,
    functions,
    dataDir,
    region: template.region,
    awsEndpoint: gateway.url,
    accessKeyFor,
    concurrentExecutions: ACCOUNTS[options.account ?? 'default'].concurrentExecutions,
    mayLog: (spec) => mayLog(iam, template, spec, onNotice),
    compileCacheDir: join(dataDir, 'cache'),
    max,
    onInvocation: ({ memoryMb, durationMs }) => meter.invocation(memoryMb, durationMs),
  });
  closers.add(() => runtime.close());
  services.set('lambda', lambdaApi(runtime));
  aws.localRoutes.set('/_local/logs', logsRoute(runtime));
  aws.localRoutes.set('/_local/metrics', () => ({ status: 200, body: { metrics: runtime.metrics.summaries() } }));
  const warm = (matches: (name: string) => boolean) =>
    runtime.warm(functions.map(({ name }) => name).filter((name) => matches(name)));
  const warmed = warm((name) => options.warmBeforeReady?.(name) ?? false);

  const engine = await startEngine({
    dataDir,
    gateway,
    iam,
    template,
    max,
    paces,
    keptHistories: options.keptHistories,
    keptExecutions: options.keptExecutions,
    onFailure: (reason, isFatal) => (isFatal ? failure.resolve(reason) : onError(reason, 'states')),
  });
  closers.add(() => engine.close());
  services.set('states', engine.handler);
  transitionsOf = engine.transitionsOf;
  await provisionStateMachines(gateway, template);

  const sources = eventSourcesOf({ template, runtime, gateway, accessKeyFor, onProblem: onNotice });
  closers.add(() => Promise.all(sources.map((source) => source.stop(STOP_GRACE_MS))));
  for (const source of sources) source.start();
  runtime.start();
  aws.events.start();

  const api = httpApiOf(template);
  for (const line of template.unsupported) onNotice(`Not supported: ${line}`);
  await warmed;
  if (api) {
    const server = new HttpApiServer(listener, {
      api,
      runtime,
      account: template.account,
      refusal: (functionArn, sourceArn) =>
        iam.refusal(
          { kind: 'service', accessKeyId: '', service: 'apigateway.amazonaws.com', sourceArn },
          { action: 'lambda:InvokeFunction', resource: functionArn },
        ),
      region: template.region,
      awsEndpoint: gateway.url,
      open: options.open ?? false,
      allowHosts: [host, ...(options.allowHosts ?? [])],
      descriptors,
      endIdleInstance: () => runtime.endIdleInstance(),
      limits,
      onThrottled: () => aws.onThrottled('httpApi.throttle'),
      ...(options.page && { page: options.page }),
      onRequest: () => meter.httpRequest(),
      onProblem: onNotice,
    });
    closers.add(() => server.close());
  } else listener.close();
  return {
    stackName: template.stackName,
    ...(api && { apiUrl }),
    awsEndpoint: gateway.url,
    region: template.region,
    account: template.account,
    outputs: template.outputs,
    resources: template.resources,
    unsupported: template.unsupported,
    failed: failure.promise,
    warm,
    stop: () => closers.closeAll(),
  };
}

/**
 * Whether the role of a function has the permissions to write its logs. Without them, AWS runs the function and there are no logs.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
function mayLog(
  iam: Iam,
  { region, account }: Template,
  spec: FunctionSpec,
  onNotice: (text: string) => void,
): boolean {
  const { name, arn, roleArn, logGroup } = spec;
  const resource = `arn:aws:logs:${region}:${account}:log-group:${logGroup}:log-stream:local`;
  const refusals = ['logs:CreateLogStream', 'logs:PutLogEvents'].flatMap(
    (action) => iam.refusal(functionSession(roleArn, name, arn), { action, resource }) ?? [],
  );
  if (refusals.length > 0) onNotice(`${name} writes no logs: ${refusals.join('; ')}`);
  return refusals.length === 0;
}

/** How a browser on this machine reaches an address that is listened on. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}
