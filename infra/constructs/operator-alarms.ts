import { CfnCondition, Duration, Fn, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSubscription, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { physicalName, type Stage } from '../stages.ts';
import { parameter } from './parameter.ts';

export interface WatchProps {
  /** The alarm's section in docs/runbook.md. */
  family: string;
  /** What of the family it watches, such as a function. The alarm's name is `<family>-<of>`, or the family alone. */
  of?: string;
  /** What it means, in one sentence. */
  text: string;
  /** With a period of its own. */
  metric: IMetric;
  /** The least value that is too much; 1 by default. */
  threshold?: number;
  /** It goes off when `datapoints` of the last `periods` values are too much; one of one by default. */
  periods?: number;
  datapoints?: number;
  /** What a period without a value means; by default that all is well, because counters are written only when something happened. */
  missing?: TreatMissingData;
}

/** The alarms, and the topic that each of them tells when it goes off and when it is over. */
export class OperatorAlarms extends Construct {
  readonly topic: Topic;
  readonly #stage: Stage;
  readonly #alarms: Alarm[] = [];

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.#stage = stage;
    // With the key alias/aws/sns CloudWatch could not publish, and a key of our own costs a dollar a month. Alarms name no recipient.
    // https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
    this.topic = new Topic(this, 'Topic', {
      topicName: physicalName(stage, 'alarms'),
      displayName: `Pregon ${stage.name}`,
      enforceSSL: true,
    });
    // A policy of its own replaces the topic's default one, by which alarms of the account may publish.
    // https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    const address = parameter(this, 'AlarmEmail', {
      description: 'Who is told of alarms, by email; empty: nobody. AWS asks the address for confirmation',
      default: '',
    });
    const isGiven = new CfnCondition(this, 'HasAlarmEmail', {
      expression: Fn.conditionNot(Fn.conditionEquals(address, '')),
    });
    const subscription = new CfnSubscription(this, 'Operator', {
      topicArn: this.topic.topicArn,
      protocol: 'email',
      endpoint: address,
    });
    subscription.cfnOptions.condition = isGiven;
  }

  get alarms(): readonly Alarm[] {
    return this.#alarms;
  }

  watch({ family, of, text, metric, threshold = 1, periods = 1, datapoints = periods, missing }: WatchProps): void {
    const name = of === undefined ? family : `${family}-${of}`;
    const alarm = new Alarm(this, name, {
      alarmName: physicalName(this.#stage, name),
      alarmDescription: `${text}. What to do: docs/runbook.md, Alarm: ${family}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: datapoints,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: missing ?? TreatMissingData.NOT_BREACHING,
    });
    const tell = new SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    this.#alarms.push(alarm);
  }
}

export const MINUTE = Duration.minutes(1);
export const FIVE_MINUTES = Duration.minutes(5);
export const QUARTER_HOUR = Duration.minutes(15);
