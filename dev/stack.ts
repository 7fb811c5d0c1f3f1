import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Closers } from '../packages/local-aws/src/compose/closers.ts';
import { startEngine } from '../packages/local-aws/src/compose/engine.ts';
import { lockDataDir } from '../packages/local-aws/src/compose/lock.ts';
import { listening, StartFailure } from '../packages/local-aws/src/compose/ports.ts';
import { provisionStateMachines } from '../packages/local-aws/src/compose/state-machines.ts';
import type { Chance } from '../packages/local-aws/src/faults/step.ts';
import { httpApiOf } from '../packages/local-aws/src/http-api/routes.ts';
import { HttpApiServer, listenHttpApi } from '../packages/local-aws/src/http-api/server.ts';
import { accessKeyFor } from '../packages/local-aws/src/identity.ts';
import { eventSourcesOf } from '../packages/local-aws/src/lambda/event-sources.ts';
import { functionsOf } from '../packages/local-aws/src/lambda/functions.ts';
import { LambdaRuntime } from '../packages/local-aws/src/lambda/runtime.ts';
import { lambdaService } from '../packages/local-aws/src/lambda/service.ts';
import { startLocalAws } from '../packages/local-aws/src/local-aws.ts';
import type { Template } from '../packages/local-aws/src/template/template.ts';
import { NO_TRANSITIONS } from '../packages/local-aws/src/usage/estimate.ts';
import type { TransitionsOf } from '../packages/local-aws/src/usage/route.ts';
import { type Outputs, removeOutputs, writeOutputs } from './outputs.ts';
import { emailParameters } from './providers/email-settings.ts';
import { mailgun } from './providers/mailgun.ts';
import { notify } from './providers/notify/notify.ts';
import { type NotifyTarget, notifyParameters, notifySecret } from './providers/notify/settings.ts';
import { sendgrid } from './providers/sendgrid.ts';

export interface StackOptions {
  /** Ports; 0 takes any free one. */
  port: number;
  awsPort: number;
  dataDir: string;
  /** Emails per second: what the local SES allows, and the limiter's rate. */
  ratePerSecond: number;
  /** Address that the HTTP API listens on. */
  host: string;
  /** No API key is asked. */
  open: boolean;
  apiKey: string;
  /** The external provider of notification requests. */
  notify?: NotifyTarget;
  /** Values of the template's parameters, in the place of this machine's own. */
  parameters?: Readonly<Record<string, string>>;
  /** Told what the user should see: what is not emulated, what went wrong. */
  onNotice(text: string): void;
  cdkOut?: string;
}

export interface RunningStack {
  outputs: Outputs;
  /** What of the template is not emulated. */
  unsupported: readonly string[];
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const STACK_NAME = 'pregon-dev';
const API_KEY_SECRET = `${STACK_NAME}/api-key`;
const SENDER = 'Pregón <hello@pregon.test>';
const CHANCE: Chance = { random: Math.random, sleep: async (ms) => void (await sleep(ms)) };
/** Batches under way may end within this before their threads do. */
const STOP_GRACE_MS = 2000;
/** Asked at once by whoever finds the stack ready. */
const WARMED_BEFORE_READY = /-(pages|authorizer)$/;
const WARMED_BEHIND = /-(upload|campaigns|send-worker|settle|emails|email-worker|requests|notify-worker)$/;

/**
 * Boots local AWS and the product from the synthesized template. When it resolves, `GET /health` answers and
 * `outputs.json` is complete. Throws StartFailure, DataDirInUse or TemplateError with a message for the user.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const closers = new Closers();
  try {
    return await boot({ ...options, dataDir: resolve(options.dataDir) }, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function boot(options: StackOptions, closers: Closers): Promise<RunningStack> {
  const { dataDir, host, onNotice } = options;
  const lock = lockDataDir(dataDir);
  closers.add(() => lock.release());
  removeOutputs(dataDir);
  const listener = await listening('--port', options.port, host, () => listenHttpApi(options.port, host));
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const apiUrl = `http://${urlHost(host)}:${port}`;
  closers.add(() => listener.close());

  let transitionsOf: TransitionsOf = async () => NO_TRANSITIONS;
  const aws = await listening('--aws-port', options.awsPort, LOOPBACK, () =>
    startLocalAws({
      cdkOut: options.cdkOut ?? 'cdk.out',
      stackName: STACK_NAME,
      parameters: (awsEndpoint) => ({
        SenderAddress: SENDER,
        SendRate: String(options.ratePerSecond),
        SendHeadroom: '1',
        ...emailParameters(awsEndpoint),
        ...notifyParameters(awsEndpoint, options.notify ?? {}),
        ...options.parameters,
      }),
      dataDir,
      port: options.awsPort,
      host: LOOPBACK,
      apiUrl,
      secrets: () => ({ [API_KEY_SECRET]: options.apiKey, ...notifySecret(STACK_NAME, options.notify ?? {}) }),
      maxSendRate: options.ratePerSecond,
      transitionsOf: (batchId) => transitionsOf(batchId),
      onError: (error, where) =>
        onNotice(`The local AWS failed in ${where}: ${error instanceof Error ? error.stack : error}`),
    }),
  );
  closers.add(() => aws.close());
  const { template, gateway, services, meter } = aws;
  for (const line of template.unsupported) onNotice(`Not emulated: ${line}`);
  const providers = { mailbox: aws.mailbox, faults: aws.faults, chance: CHANCE, now: Date.now };
  services.set('mailgun', mailgun(providers)).set('sendgrid', sendgrid(providers)).set('notify', notify(providers));

  const runtime = new LambdaRuntime({
    functions: functionsOf(template),
    dataDir,
    region: template.region,
    awsEndpoint: gateway.url,
    accessKeyFor,
    compileCacheDir: join(dataDir, 'cache'),
    onInvocation: ({ memoryMb, durationMs }) => meter.invocation(memoryMb, durationMs),
  });
  closers.add(() => runtime.close());
  services.set('lambda', lambdaService(runtime));
  aws.localRoutes.set('/_local/metrics', () => ({ status: 200, body: { metrics: runtime.metrics.summaries() } }));
  const warmed = runtime.warm(namesLike(template, WARMED_BEFORE_READY));

  const engine = await startEngine({ dataDir, gateway, template, onProblem: onNotice });
  closers.add(() => engine.close());
  services.set('states', engine.handler);
  transitionsOf = engine.transitionsOf;
  await provisionStateMachines(gateway, template);

  const sources = eventSourcesOf({ template, runtime, awsEndpoint: gateway.url, accessKeyFor, onProblem: onNotice });
  closers.add(() => Promise.all(sources.map((source) => source.stop(STOP_GRACE_MS))));
  for (const source of sources) source.start();
  runtime.start();
  aws.events.start();

  await warmed;
  const api = httpApiOf(template);
  if (!api) throw new StartFailure('The template has no HTTP API');
  const server = new HttpApiServer(listener, {
    api,
    runtime,
    account: template.account,
    region: template.region,
    awsEndpoint: gateway.url,
    apiKey: options.apiKey,
    open: options.open,
    onRequest: () => meter.httpRequest(),
    onProblem: onNotice,
  });
  closers.add(() => server.close());
  const outputs = outputsOf(template, { apiUrl, awsEndpoint: gateway.url, apiKey: options.apiKey });
  writeOutputs(dataDir, outputs);
  closers.add(() => removeOutputs(dataDir));
  void runtime.warm(namesLike(template, WARMED_BEHIND));
  return { outputs, unsupported: template.unsupported, stop: () => closers.closeAll() };
}

/** The product's outputs are the stack's, by the same names; the endpoint and the key are this machine's. */
function outputsOf(template: Template, local: Pick<Outputs, 'apiUrl' | 'awsEndpoint' | 'apiKey'>): Outputs {
  const output = (name: string) => {
    const value = template.outputs[name];
    if (value === undefined) throw new StartFailure(`The template has no output ${name}`);
    return value;
  };
  return {
    ...local,
    region: output('region'),
    campaignStateMachineArn: output('campaignStateMachineArn'),
    bucket: output('bucket'),
    sendsTable: output('sendsTable'),
    sendQueueUrl: output('sendQueueUrl'),
    deadLetterQueueUrl: output('deadLetterQueueUrl'),
  };
}

const namesLike = (template: Template, pattern: RegExp): string[] =>
  template
    .ofType('AWS::Lambda::Function')
    .map(({ physicalId }) => physicalId)
    .filter((name) => pattern.test(name));

/** How a browser on this machine reaches an address that is listened on. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}
