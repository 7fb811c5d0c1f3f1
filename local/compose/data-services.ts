import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDynamoDb, tablesOf } from '../dynamodb/dynamodb.ts';
import { DeliveryQueue } from '../events/delivery-queue.ts';
import { EventBus } from '../events/event-bus.ts';
import { busesOf, rulesOf } from '../events/rules.ts';
import { eventBridge } from '../events/service.ts';
import { callTarget } from '../events/targets.ts';
import type { Faults } from '../faults/faults.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { sts } from '../gateway/sts.ts';
import type { ServiceHandler } from '../gateway/types.ts';
import { mailgun } from '../providers/mailgun.ts';
import { sendgrid } from '../providers/sendgrid.ts';
import { ObjectStore } from '../s3/object-store.ts';
import { bucketsOf, s3 } from '../s3/s3.ts';
import { Secrets, secretsOf } from '../secrets/secrets.ts';
import { secretsManager } from '../secrets/service.ts';
import { Mailbox } from '../ses/mailbox.ts';
import { ses } from '../ses/ses.ts';
import { queuesOf, startSqs } from '../sqs/sqs.ts';
import type { JsonObject } from '../template/json.ts';
import type { Template } from '../template/template.ts';
import type { Closers } from './closers.ts';

export interface DataServicesOptions {
  template: Template;
  dataDir: string;
  gateway: Gateway;
  services: Map<string, ServiceHandler>;
  faults: Faults;
  closers: Closers;
  /** Emails per second that SES allows. */
  maxSendRate: number;
  /** Secret values by name. */
  secrets: Readonly<Record<string, string>>;
  onProblem(message: string): void;
}

export interface DataServices {
  mailbox: Mailbox;
  bus: EventBus;
}

export const chance = { random: Math.random, sleep: async (ms: number) => void (await sleep(ms)) };
const now = () => Date.now();

/** Starts everything that holds state and calls nobody: tables, queues, objects, mail, secrets, events. */
export async function startDataServices(options: DataServicesOptions): Promise<DataServices> {
  const { template, dataDir, gateway, services, faults, closers, onProblem } = options;
  const folder = (name: string) => join(dataDir, name);
  const onExit = (reason: Error) => onProblem(`A service of the local AWS has died: ${reason.message}`);

  const [dynamoDb, sqs] = await Promise.all([
    startDynamoDb({ folder: folder('dynamodb'), tables: tablesOf(template), onExit }),
    startSqs({ folder: folder('sqs'), awsEndpoint: gateway.url, queues: queuesOf(template), onExit }),
  ]);
  closers.add(() => Promise.all([dynamoDb.close(), sqs.close()]));

  const mailbox = new Mailbox(folder('mailbox'));
  closers.add(() => mailbox.close());
  const providers = { mailbox, faults, chance, now };
  const queue = new DeliveryQueue(folder('events'));
  closers.add(() => queue.close());
  const rules = rulesOf(template);
  const bus = new EventBus({
    rules,
    queue,
    faults,
    chance,
    now,
    deliver: (arn, payload) => callTarget(gateway.call, arn, payload, gateway.url),
    onError: (error) => onProblem(`EventBridge: ${error instanceof Error ? error.message : error}`),
  });
  closers.add(() => bus.close());

  services.set('dynamodb', dynamoDb.handler);
  services.set('sqs', sqs.handler);
  const publish = (detailType: string, bucket: { arn: string }, detail: Record<string, string | number | object>) =>
    void bus.publish({
      bus: 'default',
      source: 'aws.s3',
      detailType,
      detail: detail as JsonObject,
      resources: [bucket.arn],
    });
  services.set('s3', s3({ store: new ObjectStore(folder('s3')), buckets: bucketsOf(template), now, publish }));
  services.set('sts', sts);
  services.set('ses', ses({ ...providers, maxSendRate: options.maxSendRate }));
  services.set('mailgun', mailgun(providers));
  services.set('sendgrid', sendgrid(providers));
  services.set('events', eventBridge({ bus, rules, buses: busesOf(template) }));
  const secrets = new Secrets(folder('secrets'), secretsOf(template), options.secrets, now);
  services.set('secretsmanager', secretsManager(secrets));
  return { mailbox, bus };
}
