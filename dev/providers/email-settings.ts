import { LOCAL_KEYS, LOCAL_MAILGUN_DOMAIN } from './provider-api.ts';

/** Template parameters for the stand-ins of the email providers. All senders are allowed, because no mail leaves the machine. */
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

/** The value of the secret with the providers' keys. */
export function emailSecret(smtpUrl: string): string {
  const { mailgun, sendgrid } = LOCAL_KEYS;
  return JSON.stringify({ mailgun, sendgrid, smtp: smtpUrl });
}
