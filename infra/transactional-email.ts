import { Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ALLOWED_SENDER, ALLOWED_SENDER_WORDS } from '../core/email/sender-pattern.ts';
import { secretAccess } from './constructs/access.ts';
import { OperatorSecret } from './constructs/operator-secret.ts';
import { listParameter, parameter } from './constructs/parameter.ts';
import { MEMORY, ProductFunction } from './constructs/product-function.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import { Sweep } from './constructs/sweep.ts';
import type { Foundation } from './foundation.ts';

/** Transactional email: its routes, the worker with its providers, the sweep. */
export class TransactionalEmail extends Construct {
  readonly worker: QueueWorker;
  readonly sweep: Sweep;

  constructor(scope: Construct, id: string, shared: Foundation) {
    super(scope, id);
    const { stage, table, control } = shared;
    const keysFormat = 'JSON: {"mailgun": key, "sendgrid": key, "smtp": URL}, each where it is used';
    const keys = new OperatorSecret(this, 'Keys', shared, 'email-providers', keysFormat);

    const allowedSenders = listParameter(this, 'AllowedSenders', {
      description: 'Who may be in from: addresses, domains, *.domain for subdomains, or * to leave it to the providers',
      default: 'pregon.test',
      // Of a list each entry must match it.
      allowedPattern: ALLOWED_SENDER,
      constraintDescription: ALLOWED_SENDER_WORDS,
    });

    this.worker = new QueueWorker(this, 'Email', shared, {
      queueName: 'email',
      urlVariable: 'EMAIL_QUEUE_URL',
      maximumConcurrency: shared.concurrency(stage.sendConcurrency),
      name: 'email-worker',
      description: 'Reserve, claim, send, record: one email per message; a failure goes on to the next provider',
      memory: MEMORY.wholeCpu,
      environment: {
        EMAIL_PROVIDERS: parameter(this, 'EmailProviders', {
          description: 'Providers of transactional email in the order they are tried: mailgun, ses, sendgrid, smtp',
          default: 'mailgun,ses,sendgrid',
        }),
        EMAIL_RATES: parameter(this, 'EmailRates', {
          description: 'Emails per second of each provider but SES, whose rate is SendRate',
          default: 'mailgun=50,sendgrid=50,smtp=10',
        }),
        MAILGUN_BASE_URL: parameter(this, 'MailgunBaseUrl', {
          description: 'https://api.eu.mailgun.net in the EU',
          default: 'https://api.mailgun.net',
        }),
        MAILGUN_DOMAIN: parameter(this, 'MailgunDomain', {
          description: 'The sending domain at Mailgun; empty: Mailgun is left out',
          default: '',
        }),
        SENDGRID_BASE_URL: parameter(this, 'SendgridBaseUrl', {
          description: 'https://api.eu.sendgrid.com for EU subusers',
          default: 'https://api.sendgrid.com',
        }),
      },
      access: [
        table.access(['GetItem', 'UpdateItem', 'PartiQLUpdate']),
        control.access(['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem']),
        secretAccess(keys, 'EMAIL_KEYS_SECRET_ARN'),
        shared.sendEmail(),
        // Clients may name any of AllowedSenders in From. The entries fit what they say, but for a plain domain, which is preceded by `*@`.
        // To precede an address or a pattern by it adds no sender.
        shared.sendEmailFrom(Fn.split(',', `${Fn.join(',', allowedSenders)},*@${Fn.join(',*@', allowedSenders)}`)),
      ],
    });

    new ProductFunction(this, 'Emails', shared, {
      name: 'emails',
      description: 'POST /emails/send and GET /emails/{id}: accepts transactional email and shows its state',
      routes: ['POST /emails/send', 'GET /emails/{id}'],
      memory: MEMORY.requests,
      environment: {
        ALLOWED_SENDERS: Fn.join(',', allowedSenders),
      },
      access: [
        table.access(['GetItem', 'BatchGetItem', 'PutItem']),
        control.access(['GetItem', 'PutItem', 'UpdateItem']),
        this.worker.access(['SendMessage']),
      ],
    });

    this.sweep = new Sweep(this, 'Sweep', shared, {
      name: 'email-sweep',
      description: 'Every minute: creates emails that a crash left out, and retries what failed',
      access: [
        table.access(['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'], 'byStatus'),
        this.worker.access(['SendMessage']),
      ],
    });
  }
}
