import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { campaignDefinition } from '../statemachines/compile.ts';
import { type Access, allow } from './constructs/access.ts';
import { physicalName, type Stage } from './stages.ts';

/** ARNs of the state machine and of what runs under it. They follow from its name, so nothing has to wait for the resource. */
export class CampaignArns {
  readonly name: string;
  readonly stateMachine: string;
  readonly executions: string;
  readonly childExecutions: string;
  readonly mapRuns: string;

  constructor(scope: Construct, stage: Stage) {
    const { partition, region, account } = Stack.of(scope);
    const arn = (rest: string) => `arn:${partition}:states:${region}:${account}:${rest}`;
    this.name = physicalName(stage, 'campaign');
    this.stateMachine = arn(`stateMachine:${this.name}`);
    this.executions = arn(`execution:${this.name}:*`);
    this.childExecutions = arn(`execution:${this.name}/*`);
    this.mapRuns = arn(`mapRun:${this.name}/*`);
  }

  /** Access by these actions to the state machine, its executions and its Map Runs. */
  access({
    stateMachine = [],
    executions = [],
    mapRuns = [],
  }: Partial<Record<'stateMachine' | 'executions' | 'mapRuns', string[]>>): Access {
    const rights: [string[], string][] = [
      [stateMachine, this.stateMachine],
      [executions, this.executions],
      [mapRuns, this.mapRuns],
    ];
    return {
      environment: { CAMPAIGN_STATE_MACHINE_ARN: this.stateMachine },
      statements: rights
        .filter(([actions]) => actions.length > 0)
        .map(([actions, arn]) => allow('states', actions, arn)),
    };
  }
}

export interface WorkflowProps {
  stage: Stage;
  arns: CampaignArns;
  /** Of sends. */
  table: Table;
  control: Table;
  /** Of the objects of campaigns. */
  objectsArn: string;
  /** Of what Maps write about their children. */
  resultsArn: string;
  sendQueue: Queue;
  settle: IFunction;
}

/** The campaign state machine, with exactly the rights its states use. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const { arns } = props;

    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: 'What the campaign workflow may do',
      inlinePolicies: {
        states: new PolicyDocument({
          statements: [
            allow('dynamodb', ['PartiQLInsert', 'PartiQLUpdate'], props.table.tableArn),
            allow('dynamodb', ['GetItem'], props.control.tableArn),
            allow('sqs', ['SendMessage'], props.sendQueue.queueArn),
            allow('lambda', ['InvokeFunction'], props.settle.functionArn),
            // ItemReader reads rows.csv; ResultWriter writes in parts and reads its own manifest on a redrive.
            allow('s3', ['GetObject'], props.objectsArn),
            allow(
              's3',
              ['GetObject', 'PutObject', 'ListMultipartUploadParts', 'AbortMultipartUpload'],
              props.resultsArn,
            ),
            // A Distributed Map starts, watches, stops and redrives children of its own state machine.
            allow('states', ['StartExecution'], arns.stateMachine),
            allow('states', ['DescribeExecution', 'StopExecution'], arns.executions, arns.childExecutions),
            allow('states', ['RedriveExecution'], arns.childExecutions),
            // These take no resource ARN.
            allow(
              'logs',
              [
                'CreateLogDelivery',
                'GetLogDelivery',
                'UpdateLogDelivery',
                'DeleteLogDelivery',
                'ListLogDeliveries',
                'PutResourcePolicy',
                'DescribeResourcePolicies',
                'DescribeLogGroups',
              ],
              '*',
            ),
            allow('xray', ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'], '*'),
          ],
        }),
      },
    });

    this.stateMachine = new StateMachine(this, 'Campaign', {
      stateMachineName: arns.name,
      definitionBody: DefinitionBody.fromString(campaignDefinition()),
      definitionSubstitutions: {
        SendsTable: props.table.tableName,
        ControlTable: props.control.tableName,
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
