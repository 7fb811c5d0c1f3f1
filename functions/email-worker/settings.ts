import { z } from 'zod';
import { tablesEnv } from '../common/env.ts';
import { rateEnv } from '../common/send-rate.ts';

export const PROVIDERS = ['mailgun', 'ses', 'sendgrid', 'smtp'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** The default rate of a provider, which is what the smallest plans allow. */
const DEFAULT_RATE = 10;

const list = (text: string) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

const order = z
  .string()
  .transform(list)
  .pipe(z.array(z.enum(PROVIDERS)).min(1))
  .refine((names) => new Set(names).size === names.length, 'a provider is named twice');

/** Emails per second, such as `mailgun=50,sendgrid=50`. SES has the rate of the campaigns. */
const rates = z.string().transform((text, context) => {
  const perSecond = new Map<string, number>();
  for (const entry of list(text)) {
    const [name = '', value] = entry.split('=');
    const rate = Number(value);
    if (rate > 0 && Number.isFinite(rate)) perSecond.set(name.trim(), rate);
    else context.addIssue({ code: 'custom', message: `${entry}: a provider and its emails per second, mailgun=50` });
  }
  return (name: ProviderName) => perSecond.get(name) ?? DEFAULT_RATE;
});

export const workerEnv = rateEnv.extend(tablesEnv.shape).extend({
  EMAIL_QUEUE_URL: z.string().min(1),
  EMAIL_PROVIDERS: order,
  EMAIL_RATES: rates,
  EMAIL_KEYS_SECRET_ARN: z.string().min(1),
  MAILGUN_BASE_URL: z.url(),
  MAILGUN_DOMAIN: z.string(),
  SENDGRID_BASE_URL: z.url(),
  SES_CONFIGURATION_SET: z.string().min(1),
});
export type WorkerEnv = z.output<typeof workerEnv>;

/** The secret: API keys, and for SMTP the URL with user and password. Empty for providers that are not used. */
export const keysSchema = z.object({
  mailgun: z.string().trim().default(''),
  sendgrid: z.string().trim().default(''),
  smtp: z.string().trim().default(''),
});
export type ProviderKeys = z.output<typeof keysSchema>;

/** Parses the secret. Throws an error that contains nothing of it, whereas the error of JSON.parse would quote it. */
export function parseKeys(text: string | undefined, secretArn: string): ProviderKeys {
  let secret: unknown;
  try {
    secret = JSON.parse(text ?? '{}');
  } catch {
    throw new Error(`${secretArn} is not JSON such as {"mailgun": "key", "smtp": "smtps://user:password@host"}.`);
  }
  const { data, error } = keysSchema.safeParse(secret);
  if (error) throw new Error(`${secretArn} is not an object of keys, each a string.`);
  return data;
}
