import type { Template } from '../../packages/local-aws/src/template/template.ts';
import { LOCAL_KEYS, LOCAL_MAILGUN_DOMAIN } from './provider-api.ts';

/** Where the product finds the stand-ins of the email providers. Anyone may send: nothing leaves this machine. */
export const emailParameters = (
  awsEndpoint: string,
  order: string | undefined = process.env.PREGON_EMAIL_PROVIDERS,
): Record<string, string> => ({
  ...(order ? { EmailProviders: order } : {}),
  AllowedSenders: '*',
  MailgunBaseUrl: `${awsEndpoint}/_providers/mailgun`,
  MailgunDomain: LOCAL_MAILGUN_DOMAIN,
  SendgridBaseUrl: `${awsEndpoint}/_providers/sendgrid`,
});

/** The secret with the providers' keys, by its name in the template. */
export function emailSecret(template: Template, smtpUrl: string): Record<string, string> {
  const secret = template
    .ofType('AWS::SecretsManager::Secret')
    .find(({ properties: { Name } }) => String(Name).endsWith('/email-providers'));
  const { mailgun, sendgrid } = LOCAL_KEYS;
  return secret ? { [String(secret.properties.Name)]: JSON.stringify({ mailgun, sendgrid, smtp: smtpUrl }) } : {};
}
