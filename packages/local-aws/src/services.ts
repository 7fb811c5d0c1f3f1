import { join } from 'node:path';
import { Closers } from './compose/closers.ts';
import { tablesOf } from './dynamodb/definitions.ts';
import { startDynamoDb } from './dynamodb/dynamodb.ts';
import type { EventBus } from './events/delivery/event-bus.ts';
import { eventBridge } from './events/events.ts';
import type { Extensions } from './extensions.ts';
import { Faults } from './faults/faults.ts';
import { faultsRoute } from './faults/route.ts';
import { staleDescribe } from './faults/stale-describe.ts';
import { type Chance, injectFaults } from './faults/step.ts';
import { type Gateway, startGateway } from './gateway/gateway.ts';
import type { LocalRoutes } from './gateway/local-routes.ts';
import { principalsOf } from './gateway/principals.ts';
import type { Principal, ServiceHandler } from './gateway/types.ts';
import { checkRoles } from './iam/creation.ts';
import { Iam } from './iam/iam.ts';
import { AWS_LIMITS, type CallLimitName, type Limits } from './limits/limits.ts';
import { limitsRoute } from './limits/route.ts';
import { limitCalls } from './limits/step.ts';
import { bucketsOf } from './s3/definitions.ts';
import { s3 } from './s3/s3.ts';
import { ObjectStore } from './s3/state/object-store.ts';
import { secretsManager } from './secrets/secrets.ts';
import { configurationSetsOf } from './ses/definitions.ts';
import { EventPublisher } from './ses/events/publisher.ts';
import { ses } from './ses/ses.ts';
import { countingOutbox } from './ses/state/outbox.ts';
import { queuesOf } from './sqs/definitions.ts';
import { startSqs } from './sqs/sqs.ts';
import { explainedWrite, isStoreFailure } from './storage/failure.ts';
import { sts } from './sts/sts.ts';
import { loadTemplate } from './template/load.ts';
import type { Template } from './template/template.ts';
import type { OnFailure, WorkerService } from './threads/worker-service.ts';
import { Meter, type UsageGroups } from './usage/meter.ts';
import { type TransitionsOf, usageRoute } from './usage/route.ts';
import { metering } from './usage/step.ts';

export interface ServicesOptions {
  /** Folder that `cdk synth` wrote. */
  readonly cdkOut: string;
  readonly stackName?: string;
  /** Values of the template's parameters, by name. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Folder of all state. */
  readonly dataDir: string;
  /** Port of the AWS endpoint; 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** Base address of the HTTP API, for the template's outputs. */
  readonly apiUrl?: string;
  /** Messages a second that the local SES takes. */
  readonly maxSendRate?: number;
  /** Whether messages to all recipients have events, or those to SES's simulator only. */
  readonly feedbackForEverybody?: boolean;
  readonly faults?: Faults;
  /** The limits in force; those of AWS by default. */
  readonly limits?: Limits;
  readonly usageGroups?: UsageGroups;
  /** The engine's count of transitions, for the estimate of costs. */
  readonly transitionsOf?: TransitionsOf;
  readonly chance?: Chance;
  readonly now?: () => number;
  /** Receives failures of local AWS itself; `where` names the service. */
  readonly onError: (error: unknown, where: string) => void;
  /** Called when local AWS cannot go on: a service has ended, or the disk is full. Its message is for the user. */
  readonly onFatal?: (reason: Error) => void;
  /** Called when the endpoint has its address and before the template is read. */
  extend?(awsEndpoint: string): Extensions | Promise<Extensions>;
}

/** All services except Lambda and Step Functions, which the caller starts and adds to `services`. */
export interface Services {
  readonly gateway: Gateway;
  readonly template: Template;
  readonly services: Map<string, ServiceHandler>;
  readonly localRoutes: LocalRoutes;
  readonly meter: Meter;
  /** Counts a call that a quota refused, for `/_local/limits`. */
  onThrottled(name: CallLimitName): void;
  /** Allows and denies calls by the policies of the template. */
  readonly iam: Iam;
  /** To be started once every service that a rule may call is there. */
  readonly events: EventBus;
  /** Stops taking calls, then closes what is open. */
  close(): Promise<void>;
}

/** The rate of a new SES account with production access: https://docs.aws.amazon.com/ses/latest/dg/quotas.html */
const DEFAULT_SEND_RATE = 14;

/** Starts the gateway and every service that the template needs, over the state under `dataDir`. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { dataDir, onFatal, now = Date.now, chance = systemChance, faults = new Faults() } = options;
  const { limits = AWS_LIMITS } = options;
  const { max } = limits;
  const throttled = new Map<string, number>();
  const onThrottled = (name: CallLimitName) => void throttled.set(name, (throttled.get(name) ?? 0) + 1);
  const onFailure = (reason: Error, isFatal: boolean, where: string) => {
    if (isFatal && onFatal) onFatal(reason);
    else options.onError(reason, where);
  };
  const onError = (error: unknown, where: string) => {
    const reason = explainedWrite(error);
    if (isStoreFailure(reason)) onFailure(reason, reason.kind === 'full', where);
    else options.onError(error, where);
  };
  const folder = (name: string) => join(dataDir, name);
  const services = new Map<string, ServiceHandler>([['sts', sts]]);
  const identities = new Map<string, Principal>();
  const localRoutes: LocalRoutes = new Map();
  const closers = new Closers();
  // It needs the template, which is read once the gateway has its address. Before that no role can call.
  let iam: Iam | undefined;
  try {
    const meter = new Meter(folder('usage'), now, options.usageGroups);
    closers.add(() => meter.close());
    const gateway = await startGateway({
      port: options.port,
      services,
      identities,
      localRoutes,
      // Permissions come first, and then faults: AWS does not bill a 5xx, so a call that a fault refuses is not metered.
      steps: [
        (request, next) => (iam ? iam.enforce(request, next) : next(request)),
        injectFaults(faults, chance),
        metering(meter),
        limitCalls({ limits, now, onThrottled }),
        staleDescribe(faults, now),
      ],
      onError: (error, { service, operation }) => onError(error, `${service}.${operation}`),
      ...(options.host === undefined ? {} : { host: options.host }),
    });
    closers.add(() => gateway.close());
    const extensions = (await options.extend?.(gateway.url)) ?? {};
    closers.add(() => extensions.close?.());
    for (const [name, handler] of Object.entries(extensions.providers ?? {})) services.set(name, handler);
    for (const [path, route] of Object.entries(extensions.routes ?? {})) localRoutes.set(path, route);

    const template = loadTemplate({
      ...options,
      awsEndpoint: gateway.url,
      parameters: { ...options.parameters, ...extensions.parameters },
    });
    for (const principal of principalsOf(template)) identities.set(principal.accessKeyId, principal);
    const permissions = new Iam(template, now);
    checkRoles(template, permissions);
    iam = permissions;

    // A service that has started is closed also if the other one cannot start.
    const started = async (name: string, start: (onFailure: OnFailure) => Promise<WorkerService>) => {
      const service = await start((reason, isFatal) => onFailure(reason, isFatal, name));
      closers.add(() => service.close());
      services.set(name, service.handler);
    };
    await Promise.all([
      started('dynamodb', (onFailure) =>
        startDynamoDb({ folder: folder('dynamodb'), tables: tablesOf(template), max, onFailure }),
      ),
      started('sqs', (onFailure) =>
        startSqs({ folder: folder('sqs'), awsEndpoint: gateway.url, queues: queuesOf(template), max, onFailure }),
      ),
    ]);

    const events = eventBridge({
      template,
      folder: folder('events'),
      gateway,
      faults,
      chance,
      max,
      now,
      onError: (error) => onError(error, 'events'),
    });
    closers.add(() => events.close());
    services.set('events', events.handler);

    const store = new ObjectStore(folder('s3'));
    closers.add(() => store.close());
    const publish = (detailType: string, { arn }: { arn: string }, detail: object) =>
      void events.bus.publish({
        bus: 'default',
        source: 'aws.s3',
        detailType,
        detail: { ...detail },
        resources: [arn],
      });
    services.set('s3', s3({ store, buckets: bucketsOf(template), max, now, publish }));

    const { outbox = countingOutbox() } = extensions;
    const mailEvents = new EventPublisher({
      sets: configurationSetsOf(template),
      bus: events.bus,
      faults,
      chance,
      everybody: options.feedbackForEverybody ?? false,
    });
    const maxSendRate = options.maxSendRate ?? DEFAULT_SEND_RATE;
    services.set('ses', ses({ outbox, events: mailEvents, faults, maxSendRate, chance, max, now }));

    const values = extensions.secrets ?? {};
    services.set('secretsmanager', secretsManager({ template, folder: folder('secrets'), values, max, now }));

    localRoutes.set('/_local/permissions', () => ({ status: 200, body: permissions.report() }));
    localRoutes.set('/_local/faults', faultsRoute(faults));
    localRoutes.set('/_local/limits', limitsRoute(limits, throttled));
    localRoutes.set('/_local/usage', usageRoute(meter, options.transitionsOf, options.usageGroups));
    return {
      gateway,
      template,
      services,
      localRoutes,
      meter,
      onThrottled,
      iam: permissions,
      events: events.bus,
      async close() {
        // No call may arrive while the services close. A gateway that is closed twice does no harm.
        await gateway.close();
        await closers.closeAll();
      },
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

/** The real random numbers and the real clock. */
export const systemChance: Chance = {
  random: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
