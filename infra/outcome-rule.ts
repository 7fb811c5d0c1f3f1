import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { campaignArns } from './arns.ts';
import { physicalName, type Stage } from './stages.ts';

/** How every campaign ended, also where no state of it ran after the end. Children have other ARNs and do not match. */
export class OutcomeRule extends Construct {
  constructor(scope: Construct, id: string, stage: Stage, recordOutcome: IFunction) {
    super(scope, id);
    const campaign = campaignArns(this, stage);
    new Rule(this, 'StatusChange', {
      ruleName: physicalName(stage, 'campaign-status'),
      description: 'Execution status changes of campaigns',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [campaign.stateMachine] },
      },
      targets: [new LambdaFunction(recordOutcome, { retryAttempts: 20, maxEventAge: Duration.hours(2) })],
    });
  }
}
