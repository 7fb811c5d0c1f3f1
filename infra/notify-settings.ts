import { CfnParameter } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What an operator sets for the external notification provider at deploy time; its key is in a secret. */
export class NotifySettings extends Construct {
  readonly url: string;
  readonly limit: string;
  readonly windowSeconds: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const parameter = (name: string, description: string, value: string) => {
      const created = new CfnParameter(this, name, { description, default: value });
      created.overrideLogicalId(name);
      return created.valueAsString;
    };
    this.url = parameter(
      'NotifyUrl',
      'Base address of the notification provider; /v1/notify is appended',
      'http://provider:3001',
    );
    // Below the fifty that are published: the provider counts calls when they come, not when they left.
    this.limit = parameter('NotifyLimit', 'Calls that leave in any NotifyWindowSeconds', '45');
    this.windowSeconds = parameter('NotifyWindowSeconds', 'The window of NotifyLimit', '10');
  }
}
