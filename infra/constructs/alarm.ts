import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { physicalName, type Stage } from '../stages.ts';

/** Goes off when the metric reaches 1 within a minute. A counter is written only when something happened, so missing data is not an alarm. */
export function alarm(scope: Construct, stage: Stage, name: string, alarmDescription: string, metric: Metric): Alarm {
  return new Alarm(scope, name, {
    alarmName: physicalName(stage, name),
    alarmDescription,
    metric: metric.with({ period: Duration.minutes(1) }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
