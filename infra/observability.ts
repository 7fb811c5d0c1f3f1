import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { Lane } from './queues.ts';
import { physicalName, type Stage } from './stages.ts';

export interface ObservabilityProps {
  stage: Stage;
  lanes: Lane[];
  stateMachine: StateMachine;
  functions: Functions;
}

const PERIOD = Duration.minutes(1);

/** Alarms on what an operator must act upon. */
export class Observability extends Construct {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const alarm = (name: string, alarmDescription: string, metric: IMetric) =>
      new Alarm(this, name, {
        alarmName: physicalName(props.stage, name),
        alarmDescription,
        metric,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    const product = (metricName: string, service: string) =>
      new Metric({ namespace: 'Pregon', metricName, dimensionsMap: { service }, statistic: 'Sum', period: PERIOD });

    for (const lane of props.lanes) {
      alarm(
        `${lane.node.id.toLowerCase()}-dead-letters`,
        'Messages that no worker could take; see the runbook on dead letters',
        lane.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
      );
    }
    alarm(
      'campaign-failed',
      'A campaign ended FAILED: look at its reason, then redrive',
      props.stateMachine.metricFailed({ period: PERIOD }),
    );
    alarm(
      'account-stopped',
      'The email provider refuses the account: campaigns stop',
      product('AccountStopped', 'send-worker'),
    );
    alarm('rows-lost', 'Settle found rows that no child brought to an end', product('RowsLeftBehind', 'settle'));
    // A campaign's end says so itself; these lanes have no end.
    for (const service of ['email-worker', 'email-sweep', 'notify-worker', 'requests-sweep']) {
      alarm(
        `unconfirmed-${service}`,
        'Nobody knows whether an email or a notification was sent: a person decides, see the runbook on unconfirmed rows',
        product('Unconfirmed', service),
      );
    }
    alarm(
      'worker-errors',
      'The send worker fails',
      props.functions.sendWorker.function.metricErrors({ period: PERIOD }),
    );
  }
}
