import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Campaigns } from './campaigns.ts';
import { Consent } from './consent.ts';
import { Edge } from './edge.ts';
import { Feedback } from './feedback.ts';
import { Foundation } from './foundation.ts';
import { Observability } from './observability.ts';
import { Orders } from './orders.ts';
import { Requests } from './requests.ts';
import { SenderDomain } from './sender-domain.ts';
import type { Stage } from './stages.ts';
import { TransactionalEmail } from './transactional-email.ts';

/** One stage of the product: one stack. */
export class PregonStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { stage: Stage }) {
    super(scope, id, { terminationProtection: props.stage.retainData, ...props });
    const shared = new Foundation(this, 'Shared', props.stage);
    new SenderDomain(this, 'SenderIdentity');
    const consent = new Consent(this, 'Consent', shared);
    const campaigns = new Campaigns(this, 'Campaigns', shared, consent);
    const email = new TransactionalEmail(this, 'TransactionalEmail', shared);
    const orders = new Orders(this, 'Orders', shared, email.worker);
    const requests = new Requests(this, 'Requests', shared);
    const feedback = new Feedback(this, 'Feedback', shared, campaigns.arns);
    const edge = new Edge(this, 'Edge', shared, { consent, bucket: campaigns.bucket });
    campaigns.acceptPagesOf(edge.url);
    consent.giveBaseUrl(campaigns.sending.function, edge.url);
    const { alarms } = new Observability(this, 'Observability', {
      shared,
      campaigns,
      email,
      feedback,
      orders,
      requests,
      edge,
    });

    const { queue, deadLetters } = campaigns.sending;
    const outputs = {
      apiUrl: edge.url,
      region: this.region,
      campaignStateMachineArn: campaigns.workflow.stateMachine.stateMachineArn,
      bucket: campaigns.bucket.bucketName,
      sendsTable: shared.table.tableName,
      controlTable: shared.control.tableName,
      sendQueueUrl: queue.queueUrl,
      deadLetterQueueUrl: deadLetters.queueUrl,
      apiKeysSecretArn: edge.apiKeysSecretArn,
      unsubscribeKeysSecretArn: consent.keysSecretArn,
      eventBus: shared.bus.eventBusName,
      alarmTopicArn: alarms.topic.topicArn,
    };
    for (const [name, value] of Object.entries(outputs)) {
      new CfnOutput(this, `Output${name}`, { value }).overrideLogicalId(name);
    }
  }
}
