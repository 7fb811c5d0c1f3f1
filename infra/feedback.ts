import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { parameter } from './constructs/parameter.ts';
import { MEMORY } from './constructs/product-function.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import { ruleToQueue } from './constructs/rule-to-queue.ts';
import type { Foundation } from './foundation.ts';
import { physicalName } from './stages.ts';
import type { CampaignArns } from './workflow.ts';

/** Each batch of ten events takes some 50 ms: that is 2,000 events a second. */
const CONCURRENCY = 10;

/** What SES says of emails after it accepted them: rule, queue, and the function that applies the events. */
export class Feedback extends Construct {
  readonly worker: QueueWorker;

  constructor(scope: Construct, id: string, shared: Foundation, arns: CampaignArns) {
    super(scope, id);
    const { stage, table, control, configurationSet } = shared;
    this.worker = new QueueWorker(this, 'Feedback', shared, {
      queueName: 'feedback',
      urlVariable: 'FEEDBACK_QUEUE_URL',
      maximumConcurrency: shared.concurrency(CONCURRENCY),
      putsMessagesBack: false,
      name: 'feedback',
      description: 'Applies bounces, complaints and deliveries to rows, counters and the suppression list',
      memory: MEMORY.files,
      environment: {
        PROTECTION_AFTER_MAILS: parameter(this, 'ProtectionAfterMails', {
          type: 'Number',
          description: 'Emails of a campaign with a known outcome before its bounces and complaints are judged',
          default: 100,
          minValue: 1,
        }),
        MAX_BOUNCE_PERCENT: parameter(this, 'MaxBouncePercent', {
          type: 'Number',
          description: 'A campaign with more hard bounces stops itself; AWS reviews an account at 5',
          default: 5,
        }),
        MAX_COMPLAINT_PERCENT: parameter(this, 'MaxComplaintPercent', {
          type: 'Number',
          description: 'A campaign with more complaints stops itself; AWS reviews an account at 0.1',
          default: 0.1,
        }),
      },
      access: [
        table.access(['BatchGetItem', 'UpdateItem', 'PartiQLUpdate']),
        control.access(['GetItem', 'UpdateItem']),
        arns.access({ executions: ['StopExecution'] }),
      ],
    });
    const rule = new Rule(this, 'Events', {
      ruleName: physicalName(stage, 'feedback'),
      description: 'What SES says of emails that were sent with the configuration set of the stage',
      eventPattern: {
        source: ['aws.ses'],
        // The tag by which SES names the configuration set.
        detail: { mail: { tags: { 'ses:configuration-set': [configurationSet] } } },
      } satisfies EventPattern,
    });
    ruleToQueue(rule, this.worker.queue);
  }
}
