import { CfnParameter } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Stage } from './stages.ts';

/** What an operator sets at deploy time. Defaults are ASCII: CloudFormation replaces other characters. */
export class Settings extends Construct {
  readonly senderAddress: string;
  readonly senderIdentity: string;
  readonly sendRate: string;
  readonly sendHeadroom: string;
  readonly sendTimeoutSeconds: string;
  readonly logLevel: string;

  constructor(scope: Construct, id: string, { leastSendTimeoutSeconds }: Stage) {
    super(scope, id);
    const parameter = (name: string, description: string, value: string) => {
      const created = new CfnParameter(this, name, { description, default: value });
      created.overrideLogicalId(name);
      return created.valueAsString;
    };
    this.senderAddress = parameter(
      'SenderAddress',
      'From of every email: an address of a verified identity',
      'Pregon <hello@pregon.test>',
    );
    this.senderIdentity = parameter(
      'SenderIdentity',
      'The verified SES identity that SenderAddress belongs to',
      'pregon.test',
    );
    this.sendRate = parameter('SendRate', 'Emails per second; empty: what SES allows, times SendHeadroom', '');
    this.sendHeadroom = parameter('SendHeadroom', 'The part of the rate allowed by SES that is used', '0.9');
    const timeout = new CfnParameter(this, 'SendTimeoutSeconds', {
      type: 'Number',
      description: 'How long a row may wait for its worker before it is taken as lost',
      default: 3600,
      minValue: leastSendTimeoutSeconds,
    });
    timeout.overrideLogicalId('SendTimeoutSeconds');
    this.sendTimeoutSeconds = timeout.valueAsString;
    this.logLevel = parameter('LogLevel', 'DEBUG, INFO, WARN or ERROR', 'INFO');
  }
}
