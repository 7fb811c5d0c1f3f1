import { join, resolve } from 'node:path';
import {
  type AccountProfile,
  type ExtensionContext,
  type Extensions,
  type LimitSettings,
  startLocalAws,
  type UsageGroups,
} from 'local-aws';
import { withLocalKey } from './api-keys.ts';
import { createFaults, type ProductFaults } from './faults.ts';
import { Mailbox } from './mailbox/mailbox.ts';
import { mailboxRoute } from './mailbox/mailbox-route.ts';
import { sesOutbox } from './mailbox/ses-outbox.ts';
import { type Outputs, outputsOf, removeOutputs, writeOutputs } from './outputs.ts';
import { emailParameters, emailSecret } from './providers/email-settings.ts';
import { mailgun } from './providers/mailgun.ts';
import { notify } from './providers/notify/notify.ts';
import { type NotifyTarget, notifyParameters, notifySecret } from './providers/notify/settings.ts';
import { sendgrid } from './providers/sendgrid.ts';
import { startSmtp } from './providers/smtp.ts';

export interface StackOptions {
  /** Ports; 0 takes any free one. */
  port: number;
  awsPort: number;
  dataDir: string;
  /** Emails per second that the local SES allows. The limiter uses all of it. */
  ratePerSecond: number;
  /** Address that the HTTP API listens on. */
  host: string;
  /** Further host names by which the HTTP API may be called. */
  allowHosts?: readonly string[];
  /** Requests need no API key. */
  open: boolean;
  apiKey: string;
  /** The external provider of notification requests. */
  notify?: NotifyTarget;
  /** Which quotas the AWS account has. */
  account?: AccountProfile;
  /** Values of the template's parameters. They replace the defaults of the local stack. */
  parameters?: Readonly<Record<string, string>>;
  /** The quotas and limits of AWS that do not hold, or have another value. */
  limits?: LimitSettings;
  /** What is done before a client finds the stack. */
  beforeReady?(outputs: Outputs): Promise<void>;
  /** Receives messages for the user, such as resources that are not supported. */
  onNotice(text: string): void;
  cdkOut?: string;
}

export interface RunningStack {
  outputs: Outputs;
  /** Resources and properties of the template that local AWS does not support. */
  unsupported: readonly string[];
  /** Resolves with the reason when the stack cannot go on. */
  failed: Promise<Error>;
  stop(): Promise<void>;
}

const STACK_NAME = 'pregon-dev';
/** A name beyond ASCII, which the defaults of a template cannot have. */
const SENDER_NAME = 'Pregón';
/** What the authorizer says of a caller with a key that has every scope. */
const OPEN = { keyName: 'open', scopes: 'send read operate' };
/**
 * Above this many emails a second only simulated recipients have events: each event is a message, a call of a function and a write, which
 * would take the processor time of the machine from the emails.
 */
const MAX_RATE_WITH_FEEDBACK = 100;
/** Functions that are needed by the first request. */
const WARM_BEFORE_READY = /-(pages|authorizer)$/;
const WARM_AFTERWARDS =
  /-(upload|uploads|ingest|campaigns|send-worker|settle|emails|email-worker|requests|notify-worker)$/;
/** The key of an object in a campaign's folder. */
const CAMPAIGN_OBJECT = /\/campaigns(?:\/|%2F)([^/%]+)/;

/** Meters usage by campaign, from the upload of the campaign's objects on. The campaign's execution has the name of the batch. */
const usageByCampaign: UsageGroups = {
  parameter: 'batchId',
  startedBy: ({ service, method, path }) =>
    service === 's3' && method === 'PUT' ? CAMPAIGN_OBJECT.exec(path)?.[1] : undefined,
};

/**
 * Runs the product on local AWS, from the synthesized template. When it resolves, `GET /health` answers and `outputs.json` is
 * complete. Throws the errors of startLocalAws, whose messages are for the user.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const { apiKey, ratePerSecond, host, allowHosts = [], open, port, awsPort, account = 'default', onNotice } = options;
  const dataDir = resolve(options.dataDir);
  const faults = createFaults();
  const aws = await startLocalAws({
    cdkOut: options.cdkOut ?? 'cdk.out',
    stackName: STACK_NAME,
    dataDir,
    port,
    awsPort,
    host,
    allowHosts,
    open: open && OPEN,
    account,
    page: { global: 'PREGON_LOCAL', values: { apiKey } },
    maxSendRate: ratePerSecond,
    feedbackForEverybody: ratePerSecond <= MAX_RATE_WITH_FEEDBACK,
    ...(options.limits && { limits: options.limits }),
    faults,
    usageGroups: usageByCampaign,
    warmBeforeReady: (name) => WARM_BEFORE_READY.test(name),
    extend: (context) => productExtensions(context, faults, options),
    onNotice,
  });
  try {
    const outputs = outputsOf(aws, apiKey);
    await options.beforeReady?.(outputs);
    writeOutputs(dataDir, outputs);
    void aws.warm((name) => WARM_AFTERWARDS.test(name));
    return {
      outputs,
      unsupported: aws.unsupported,
      failed: aws.failed,
      async stop() {
        removeOutputs(dataDir);
        await aws.stop();
      },
    };
  } catch (error) {
    await aws.stop();
    throw error;
  }
}

/** The mailbox, the simulated recipients and the provider stand-ins. */
async function productExtensions(
  { awsEndpoint, dataDir, chance, now }: ExtensionContext,
  faults: ProductFaults,
  { apiKey, ratePerSecond, notify: target = {}, account = 'default', parameters }: StackOptions,
): Promise<Extensions> {
  // A file from a run that was killed names ports that are no longer in use.
  removeOutputs(dataDir);
  const mailbox = new Mailbox(join(dataDir, 'mailbox'));
  const providers = { mailbox, faults, chance, now };
  const smtp = await startSmtp(providers);
  return {
    parameters: {
      SenderName: SENDER_NAME,
      SendRate: String(ratePerSecond),
      SendHeadroom: '1',
      // As an operator deploys to such an account: see the runbook on Lambda concurrency.
      LambdaConcurrency: account === 'new' ? '10' : '1000',
      ...emailParameters(awsEndpoint),
      ...notifyParameters(awsEndpoint, target),
      ...parameters,
    },
    secrets: {
      [`${STACK_NAME}/api-keys`]: withLocalKey(apiKey, new Date(now()).toISOString()),
      [`${STACK_NAME}/email-providers`]: emailSecret(smtp.url),
      ...notifySecret(STACK_NAME, target),
    },
    providers: { mailgun: mailgun(providers), sendgrid: sendgrid(providers), notify: notify(providers) },
    routes: { '/_local/mailbox': mailboxRoute(mailbox) },
    outbox: sesOutbox(mailbox, faults),
    async close() {
      await smtp.close();
      mailbox.close();
    },
  };
}
