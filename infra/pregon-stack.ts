import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Campaigns } from './campaigns.ts';
import { Edge } from './edge.ts';
import { Foundation } from './foundation.ts';
import { Observability } from './observability.ts';
import { Orders } from './orders.ts';
import { Requests } from './requests.ts';
import type { Stage } from './stages.ts';
import { TransactionalEmail } from './transactional-email.ts';

/** One stage of the product: one stack. */
export class PregonStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { stage: Stage }) {
    super(scope, id, { terminationProtection: props.stage.retainData, ...props });
    const shared = new Foundation(this, 'Shared', props.stage);
    const campaigns = new Campaigns(this, 'Campaigns', shared);
    const email = new TransactionalEmail(this, 'TransactionalEmail', shared);
    const orders = new Orders(this, 'Orders', shared, email.worker);
    const requests = new Requests(this, 'Requests', shared);
    const edge = new Edge(this, 'Edge', shared);
    const { alarms } = new Observability(this, 'Observability', { shared, campaigns, email, orders, requests, edge });

    const { queue, deadLetters } = campaigns.sending;
    const outputs = {
      apiUrl: edge.url,
      region: this.region,
      campaignStateMachineArn: campaigns.workflow.stateMachine.stateMachineArn,
      bucket: campaigns.bucket.bucketName,
      sendsTable: shared.table.tableName,
      sendQueueUrl: queue.queueUrl,
      deadLetterQueueUrl: deadLetters.queueUrl,
      apiKeysSecretArn: edge.apiKeysSecretArn,
      eventBus: shared.bus.eventBusName,
      alarmTopicArn: alarms.topic.topicArn,
    };
    for (const [name, value] of Object.entries(outputs)) {
      new CfnOutput(this, `Output${name}`, { value }).overrideLogicalId(name);
    }
  }
}
