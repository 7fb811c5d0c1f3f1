import { CfnCondition, Fn, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnConfigurationSet, CfnConfigurationSetEventDestination } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { DEFAULT_ROW_DAYS } from '../core/dynamodb/expiry.ts';
import { type Access, allow } from './constructs/access.ts';
import { ControlTable } from './constructs/control-table.ts';
import { parameter } from './constructs/parameter.ts';
import { SendsTable } from './constructs/sends-table.ts';
import { physicalName, type Stage } from './stages.ts';

/** The least that an event source takes: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const LEAST_CONCURRENCY = 2;

/** What more than one capability uses: the stage, the tables, and parameters. */
export class Foundation extends Construct {
  readonly stage: Stage;
  /** What becomes of the ledger, the files of campaigns and the operators' secrets when the stack is deleted. */
  readonly dataRemoval: RemovalPolicy;
  /** Of sends. */
  readonly table: SendsTable;
  readonly control: ControlTable;
  /** From of the emails that the product itself writes, in the environment of a function. */
  readonly sender: Readonly<Record<'SENDER_NAME' | 'SENDER_EMAIL', string>>;
  readonly logLevel: string;
  /** The account runs so few executions at once that queues share them: see the runbook on Lambda concurrency. */
  readonly smallAccount: CfnCondition;
  /** The rate of SES: the parameters, and GetAccount, which says what SES allows. */
  readonly sendRate: Access;
  /** The bus on which other systems are told what happened. */
  readonly bus: EventBus;
  readonly publishEvents: Access;
  /** The name of the SES configuration set with which everything is sent: it publishes what becomes of emails. */
  readonly configurationSet: string;
  /** GetAccount, which takes no resource ARN. */
  readonly sesAccount: Access = { statements: [allow('ses', ['GetAccount'], '*')] };

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.stage = stage;
    // Plain RETAIN would also keep what a failed first deployment created, and its names would block the next one.
    this.dataRemoval = stage.retainData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
    const rowDays = parameter(this, 'RowRetentionDays', {
      type: 'Number',
      description: 'How long rows, orders and requests are kept, in days after they are sent; contents are kept for 75',
      default: DEFAULT_ROW_DAYS,
      // Longer than their contents, and than any redrive.
      minValue: 90,
    });
    this.table = new SendsTable(this, 'Sends', stage, this.dataRemoval, rowDays);
    this.control = new ControlTable(this, 'Control', stage, this.dataRemoval, rowDays);
    this.sender = {
      SENDER_NAME: parameter(this, 'SenderName', {
        description: 'Name in From of campaigns and order notices; may be empty',
        default: 'Pregon',
      }),
      // Apart from the name, because the policies compare it: IAM has the bare address in ses:FromAddress.
      SENDER_EMAIL: parameter(this, 'SenderEmail', {
        description: 'Address in From of campaigns and order notices, in lower case: an address of a verified identity',
        default: 'hello@pregon.test',
        allowedPattern: '[^\\s@<>A-Z]+@[^\\s@<>A-Z]+',
      }),
    };
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
    const set = new CfnConfigurationSet(this, 'Sending', { name: physicalName(stage, 'sending') });
    this.configurationSet = set.ref;
    new CfnConfigurationSetEventDestination(this, 'SendingEvents', {
      configurationSetName: set.ref,
      eventDestination: {
        name: 'eventbridge',
        enabled: true,
        matchingEventTypes: ['SEND', 'DELIVERY', 'DELIVERY_DELAY', 'BOUNCE', 'COMPLAINT', 'REJECT'],
        // SES supports the default bus only.
        eventBridgeDestination: {
          eventBusArn: Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }),
        },
      },
    });
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

  /**
   * Sending by SES at that rate. SES checks the identity of the sender, which only the operator knows, a recipient that is an identity of
   * the account, and the configuration set. So the sender's address is what the policy limits.
   * https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
   */
  sendEmail(): Access {
    const statement = this.sendStatement({ StringEquals: { 'ses:FromAddress': this.sender.SENDER_EMAIL } });
    return {
      environment: { ...this.sendRate.environment, SES_CONFIGURATION_SET: this.configurationSet },
      statements: [...this.sendRate.statements, statement],
    };
  }

  /** Sending from further addresses; a pattern may have wildcards. */
  sendEmailFrom(patterns: string[]): Access {
    // The sender's own address has its statement, so that each grant is needed.
    const conditions = {
      StringLike: { 'ses:FromAddress': patterns },
      StringNotEquals: { 'ses:FromAddress': this.sender.SENDER_EMAIL },
    };
    return { statements: [this.sendStatement(conditions)] };
  }

  private sendStatement(conditions: Record<string, Record<string, string | string[]>>): PolicyStatement {
    const arn = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({ service: 'ses', resource, resourceName });
    const statement = allow(
      'ses',
      ['SendEmail'],
      arn('identity', '*'),
      arn('configuration-set', this.configurationSet),
    );
    statement.addConditions(conditions);
    return statement;
  }
}
