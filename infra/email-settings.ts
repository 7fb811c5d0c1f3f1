import { CfnParameter } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What an operator sets for transactional email at deploy time; the keys are in a secret. */
export class EmailSettings extends Construct {
  readonly providers: string;
  readonly rates: string;
  readonly allowedSenders: string;
  readonly mailgunBaseUrl: string;
  readonly mailgunDomain: string;
  readonly sendgridBaseUrl: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const parameter = (name: string, description: string, value: string) => {
      const created = new CfnParameter(this, name, { description, default: value });
      created.overrideLogicalId(name);
      return created.valueAsString;
    };
    this.providers = parameter(
      'EmailProviders',
      'Providers of transactional email in the order they are tried: mailgun, ses, sendgrid, smtp',
      'mailgun,ses,sendgrid',
    );
    this.rates = parameter(
      'EmailRates',
      'Emails per second of each provider but SES, whose rate is SendRate',
      'mailgun=50,sendgrid=50,smtp=10',
    );
    this.allowedSenders = parameter(
      'AllowedSenders',
      'Who may stand in from: addresses and domains, or * and the providers alone decide',
      'pregon.test',
    );
    this.mailgunBaseUrl = parameter(
      'MailgunBaseUrl',
      'https://api.eu.mailgun.net in the EU',
      'https://api.mailgun.net',
    );
    this.mailgunDomain = parameter('MailgunDomain', 'The sending domain at Mailgun; empty: Mailgun is left out', '');
    this.sendgridBaseUrl = parameter(
      'SendgridBaseUrl',
      'https://api.eu.sendgrid.com for EU subusers',
      'https://api.sendgrid.com',
    );
  }
}
