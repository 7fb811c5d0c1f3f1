import { join } from 'node:path';
import { Mailbox } from '../../../dev/mailbox/mailbox.ts';
import { mailboxRoute } from '../../../dev/mailbox/mailbox-route.ts';
import { emailSecret } from '../../../dev/providers/email-settings.ts';
import { mailgun } from '../../../dev/providers/mailgun.ts';
import { sendgrid } from '../../../dev/providers/sendgrid.ts';
import { startSmtp } from '../../../dev/providers/smtp.ts';
import { startDynamoDb, tablesOf } from './dynamodb/dynamodb.ts';
import { DeliveryQueue } from './events/delivery-queue.ts';
import { EventBus } from './events/event-bus.ts';
import { RuleBook } from './events/rule-book.ts';
import { busesOf, rulesOf } from './events/rules.ts';
import { eventBridge } from './events/service.ts';
import { callTarget } from './events/targets.ts';
import { Faults } from './faults/faults.ts';
import { faultsRoute } from './faults/route.ts';
import { staleDescribe } from './faults/stale-describe.ts';
import { type Chance, injectFaults } from './faults/step.ts';
import { type Gateway, startGateway } from './gateway/gateway.ts';
import type { LocalRoutes } from './gateway/local-routes.ts';
import { principalsOf } from './gateway/principals.ts';
import { sts } from './gateway/sts.ts';
import type { Principal, ServiceHandler } from './gateway/types.ts';
import { ObjectStore } from './s3/object-store.ts';
import { bucketsOf, s3 } from './s3/s3.ts';
import { Secrets, secretsOf } from './secrets/secrets.ts';
import { secretsManager } from './secrets/service.ts';
import { ses } from './ses/ses.ts';
import { queuesOf, startSqs } from './sqs/sqs.ts';
import { loadTemplate } from './template/load.ts';
import type { Template } from './template/template.ts';
import { Meter } from './usage/meter.ts';
import { type TransitionsOf, usageRoute } from './usage/route.ts';
import { metering } from './usage/step.ts';

export interface LocalAwsOptions {
  readonly cdkOut: string;
  readonly stackName: string;
  /** Values of the template's parameters; some name the endpoint, whose port may be known only now. */
  parameters?(awsEndpoint: string): Readonly<Record<string, string>>;
  /** Folder of all state. */
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** Base address of the HTTP API, for the template's outputs. */
  readonly apiUrl?: string;
  /** Secret values by secret name; they replace what was there. */
  secrets?(template: Template): Readonly<Record<string, string>>;
  /** Messages a second that the local SES takes. */
  readonly maxSendRate: number;
  /** The engine's count of transitions, for the estimate of costs. */
  readonly transitionsOf?: TransitionsOf;
  readonly chance?: Chance;
  readonly now?: () => number;
  /** Told of faults of this machine itself; `where` names the service. */
  readonly onError: (error: unknown, where: string) => void;
}

/** The local AWS but for Lambda and Step Functions, which are put into `services` by whoever starts them. */
export interface LocalAws {
  readonly gateway: Gateway;
  readonly template: Template;
  readonly services: Map<string, ServiceHandler>;
  readonly identities: Map<string, Principal>;
  readonly localRoutes: LocalRoutes;
  readonly mailbox: Mailbox;
  readonly faults: Faults;
  readonly meter: Meter;
  /** To be started once every service that a rule may call is there. */
  readonly events: EventBus;
  /** Stops taking calls, then closes what is open. */
  close(): Promise<void>;
}

/** Starts the gateway and every service that the template needs, over the state under `dataDir`. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { dataDir, onError, now = Date.now, chance = systemChance } = options;
  const folder = (name: string) => join(dataDir, name);
  const services = new Map<string, ServiceHandler>([['sts', sts]]);
  const identities = new Map<string, Principal>();
  const localRoutes: LocalRoutes = new Map();
  const faults = new Faults();
  const meter = new Meter(folder('usage'), now);
  const gateway = await startGateway({
    port: options.port,
    services,
    identities,
    localRoutes,
    // Faults come first, so that a call that a fault refuses is metered by nobody: AWS does not bill a 5xx.
    steps: [injectFaults(faults, chance), metering(meter), staleDescribe(faults, now)],
    onError: (error, { service, operation }) => onError(error, `${service}.${operation}`),
    ...(options.host === undefined ? {} : { host: options.host }),
  });
  const closing: (() => unknown)[] = [() => meter.close(), () => gateway.close()];
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const template = loadTemplate({
      ...options,
      awsEndpoint: gateway.url,
      parameters: options.parameters?.(gateway.url) ?? {},
    });
    for (const principal of principalsOf(template)) identities.set(principal.accessKeyId, principal);

    const onExit = (service: string) => ({ onExit: (reason: Error) => onError(reason, service) });
    const [dynamodb, sqs] = await Promise.all([
      startDynamoDb({ folder: folder('dynamodb'), tables: tablesOf(template), ...onExit('dynamodb') }),
      startSqs({ folder: folder('sqs'), awsEndpoint: gateway.url, queues: queuesOf(template), ...onExit('sqs') }),
    ]);
    services.set('dynamodb', dynamodb.handler).set('sqs', sqs.handler);
    closing.push(
      () => dynamodb.close(),
      () => sqs.close(),
    );

    const queue = new DeliveryQueue(folder('events'));
    const rules = new RuleBook({ rules: rulesOf(template), buses: busesOf(template), folder: folder('events') });
    const events = new EventBus({
      rules: () => rules.all,
      queue,
      faults,
      chance,
      now,
      deliver: (arn, payload) => callTarget(gateway.call, arn, payload, gateway.url),
      onError: (error) => onError(error, 'events'),
    });
    services.set('events', eventBridge({ bus: events, rules }));
    closing.push(
      () => queue.close(),
      () => events.close(),
    );

    const store = new ObjectStore(folder('s3'));
    const publish = (detailType: string, { arn }: { arn: string }, detail: object) =>
      void events.publish({ bus: 'default', source: 'aws.s3', detailType, detail: { ...detail }, resources: [arn] });
    services.set('s3', s3({ store, buckets: bucketsOf(template), now, publish }));
    closing.push(() => store.close());

    const mailbox = new Mailbox(folder('mailbox'));
    services.set('ses', ses({ mailbox, faults, maxSendRate: options.maxSendRate, chance, now }));
    closing.push(() => mailbox.close());

    const providers = { mailbox, faults, chance, now };
    services.set('mailgun', mailgun(providers)).set('sendgrid', sendgrid(providers));
    const smtp = await startSmtp(providers);
    closing.push(() => smtp.close());

    const values = { ...options.secrets?.(template), ...emailSecret(template, smtp.url) };
    const secrets = new Secrets(folder('secrets'), secretsOf(template), values, now);
    services.set('secretsmanager', secretsManager(secrets));

    localRoutes.set('/_local/mailbox', mailboxRoute(mailbox));
    localRoutes.set('/_local/faults', faultsRoute(faults));
    localRoutes.set('/_local/usage', usageRoute(meter, options.transitionsOf));
    // The gateway goes first when all closes.
    const closeGatewayFirst = async () => {
      await gateway.close();
      await closeAll();
    };
    return {
      gateway,
      template,
      services,
      identities,
      localRoutes,
      mailbox,
      faults,
      meter,
      events,
      close: closeGatewayFirst,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

const systemChance: Chance = {
  random: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
