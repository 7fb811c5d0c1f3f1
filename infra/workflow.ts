import { readFileSync } from 'node:fs';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { campaignArns } from './arns.ts';
import type { Stage } from './stages.ts';

export interface WorkflowProps {
  stage: Stage;
  table: Table;
  bucket: Bucket;
  sendQueue: Queue;
  settle: IFunction;
}

/** The campaign state machine, with exactly the rights its states use. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const arns = campaignArns(this, props.stage);
    const allow = (actions: string[], resources: string[]) =>
      new PolicyStatement({ effect: Effect.ALLOW, actions, resources });

    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: 'What the campaign workflow may do',
      inlinePolicies: {
        states: new PolicyDocument({
          statements: [
            allow(['dynamodb:BatchWriteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'], [props.table.tableArn]),
            allow(['sqs:SendMessage'], [props.sendQueue.queueArn]),
            allow(['lambda:InvokeFunction'], [props.settle.functionArn]),
            // ItemReader reads rows.csv; ResultWriter writes in parts and reads its own manifest on a redrive.
            allow(
              ['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
              [props.bucket.arnForObjects('campaigns/*')],
            ),
            // A Distributed Map starts, watches, stops and redrives children of its own state machine.
            allow(['states:StartExecution'], [arns.stateMachine]),
            allow(['states:DescribeExecution', 'states:StopExecution'], [arns.executions, arns.childExecutions]),
            allow(['states:RedriveExecution'], [arns.childExecutions]),
            // These take no resource ARN.
            allow(
              [
                'logs:CreateLogDelivery',
                'logs:GetLogDelivery',
                'logs:UpdateLogDelivery',
                'logs:DeleteLogDelivery',
                'logs:ListLogDeliveries',
                'logs:PutResourcePolicy',
                'logs:DescribeResourcePolicies',
                'logs:DescribeLogGroups',
                'xray:PutTraceSegments',
                'xray:PutTelemetryRecords',
                'xray:GetSamplingRules',
                'xray:GetSamplingTargets',
              ],
              ['*'],
            ),
          ],
        }),
      },
    });

    const definition = readFileSync(new URL('../statemachines/campaign.asl.json', import.meta.url), 'utf8');
    this.stateMachine = new StateMachine(this, 'Campaign', {
      stateMachineName: arns.name,
      definitionBody: DefinitionBody.fromString(JSON.stringify(JSON.parse(definition))),
      definitionSubstitutions: {
        SendsTable: props.table.tableName,
        SendQueueUrl: props.sendQueue.queueUrl,
        SettleFunctionArn: props.settle.functionArn,
      },
      role: role.withoutPolicyUpdates(),
      tracingEnabled: true,
      logs: {
        // Execution data would carry addresses; the history has it for those who may read it.
        level: LogLevel.ERROR,
        includeExecutionData: false,
        destination: new LogGroup(this, 'Logs', {
          logGroupName: `/aws/vendedlogs/states/${arns.name}`,
          retention: props.stage.logDays as RetentionDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
  }
}
