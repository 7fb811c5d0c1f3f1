import { CfnCondition, Fn, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { type Access, allow } from './constructs/access.ts';
import { parameter } from './constructs/parameter.ts';
import { SendsTable } from './constructs/sends-table.ts';
import { physicalName, type Stage } from './stages.ts';

/** The least that an event source takes: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const LEAST_CONCURRENCY = 2;

/** What more than one capability uses: the stage, the table, and parameters. */
export class Foundation extends Construct {
  readonly stage: Stage;
  /** What becomes of the ledger, the files of campaigns and the operators' secrets when the stack is deleted. */
  readonly dataRemoval: RemovalPolicy;
  readonly table: SendsTable;
  readonly senderAddress: string;
  readonly logLevel: string;
  /** The account runs so few executions at once that queues share them: see the runbook on Lambda concurrency. */
  readonly smallAccount: CfnCondition;
  /** The rate of SES: the parameters, and GetAccount, which says what SES allows. */
  readonly sendRate: Access;
  /** The bus on which other systems are told what happened. */
  readonly bus: EventBus;
  readonly publishEvents: Access;
  /** GetAccount, which takes no resource ARN. */
  readonly sesAccount: Access = { statements: [allow('ses', ['GetAccount'], '*')] };

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.stage = stage;
    // Plain RETAIN would also keep what a failed first deployment created, and its names would block the next one.
    this.dataRemoval = stage.retainData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
    this.table = new SendsTable(this, 'Sends', stage, this.dataRemoval);
    this.senderAddress = parameter(this, 'SenderAddress', {
      description: 'From of every email: an address of a verified identity',
      default: 'Pregon <hello@pregon.test>',
    });
    this.logLevel = parameter(this, 'LogLevel', { description: 'DEBUG, INFO, WARN or ERROR', default: 'INFO' });
    this.smallAccount = new CfnCondition(this, 'SmallAccount', {
      expression: Fn.conditionEquals(
        parameter(this, 'LambdaConcurrency', {
          description:
            'Concurrent Lambda executions of the account: 10 as in a new one, or 1000 from a quota of 200 on',
          default: '10',
          allowedValues: ['10', '1000'],
        }),
        '10',
      ),
    });
    this.smallAccount.overrideLogicalId('SmallAccount');
    this.sendRate = {
      environment: {
        SEND_RATE: parameter(this, 'SendRate', {
          description: 'Emails per second; empty: what SES allows, times SendHeadroom',
          default: '',
        }),
        SEND_HEADROOM: parameter(this, 'SendHeadroom', {
          description: 'The part of the rate allowed by SES that is used',
          default: '0.9',
        }),
      },
      statements: this.sesAccount.statements,
    };
    this.bus = new EventBus(this, 'Events', {
      eventBusName: physicalName(stage, 'events'),
      description: 'CampaignEnded of pregon.campaigns and OrderStatusChanged of pregon.orders, for other systems',
    });
    this.publishEvents = {
      environment: { EVENT_BUS: this.bus.eventBusName },
      statements: [allow('events', ['PutEvents'], this.bus.eventBusArn)],
    };
  }

  /** The maximum concurrency of an event source: as wanted, but the least in a small account. */
  concurrency(wanted: number): number {
    return Token.asNumber(Fn.conditionIf(this.smallAccount.logicalId, LEAST_CONCURRENCY, wanted));
  }

  /** Sending by SES at that rate, from an identity; `*` is any that is verified. */
  sendEmail(identity: string): Access {
    const arn = Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName: identity });
    return { ...this.sendRate, statements: [...this.sendRate.statements, allow('ses', ['SendEmail'], arn)] };
  }
}
