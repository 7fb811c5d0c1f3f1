import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Api } from './api.ts';
import { Email } from './email.ts';
import { Functions } from './functions.ts';
import { Observability } from './observability.ts';
import { Orders } from './orders.ts';
import { OutcomeRule } from './outcome-rule.ts';
import { Lane } from './queues.ts';
import { Requests } from './requests.ts';
import { Settings } from './settings.ts';
import type { Stage } from './stages.ts';
import { Storage } from './storage.ts';
import { Workflow } from './workflow.ts';

/** One stage of the product: one stack. */
export class PregonStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { stage: Stage }) {
    super(scope, id, props);
    const { stage } = props;
    const settings = new Settings(this, 'Settings', stage);
    const { table, bucket, apiKey } = new Storage(this, 'Storage', stage);
    const send = new Lane(this, 'Send', stage, 'send');
    const functions = new Functions(this, 'Functions', { stage, table, bucket, apiKey, send, settings });
    const { stateMachine } = new Workflow(this, 'Workflow', {
      stage,
      table,
      bucket,
      sendQueue: send.queue,
      settle: functions.settle.function,
    });
    new OutcomeRule(this, 'Outcome', stage, functions.recordOutcome.function);
    const email = new Email(this, 'Email', { stage, table, settings });
    const orders = new Orders(this, 'Orders', { stage, table, settings, email: email.lane });
    const requests = new Requests(this, 'Requests', { stage, table, settings });
    const api = new Api(this, 'Api', stage, functions, {
      emails: email.emails,
      orders: orders.orders,
      requests: requests.requests,
    });
    new Observability(this, 'Observability', {
      stage,
      lanes: [send, email.lane, requests.lane, ...orders.lanes],
      stateMachine,
      functions,
    });

    const output = (name: string, value: string) =>
      new CfnOutput(this, `Output${name}`, { value }).overrideLogicalId(name);
    output('apiUrl', api.url);
    output('region', this.region);
    output('campaignStateMachineArn', stateMachine.stateMachineArn);
    output('bucket', bucket.bucketName);
    output('sendsTable', table.tableName);
    output('sendQueueUrl', send.queue.queueUrl);
    output('deadLetterQueueUrl', send.deadLetters.queueUrl);
    output('apiKeySecretArn', apiKey.secretArn);
  }
}
