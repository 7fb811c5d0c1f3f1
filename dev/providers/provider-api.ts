import { AwsError, type AwsResponse, type Chance } from 'local-aws';
import type { ProductFaults } from '../faults.ts';
import type { Mailbox, MailboxMessage } from '../mailbox/mailbox.ts';
import { simulateRecipient } from '../recipient-simulator.ts';

/** Options of every provider stand-in. */
export interface ProviderOptions {
  readonly mailbox: Mailbox;
  readonly faults: ProductFaults;
  readonly chance: Chance;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The providers' local keys. The product reads them from its secret, and the stand-ins require them. */
export const LOCAL_KEYS = {
  mailgun: 'key-local-mailgun',
  sendgrid: 'SG.local-sendgrid',
  smtp: { user: 'pregon', password: 'local-smtp' },
} as const;
/** The sending domain that the local Mailgun knows. */
export const LOCAL_MAILGUN_DOMAIN = 'mg.pregon.test';

/** The path after `/_providers/<name>`. */
export const pathOf = (path: string): string => path.slice(path.indexOf('/', '/_providers/'.length));

/** Applies this provider's faults: waits for the latency, and resolves to true when the call must fail. */
export async function isFaulty(
  name: keyof ProductFaults['current']['providers'],
  { faults, chance }: ProviderOptions,
): Promise<boolean> {
  const { errorRate, latencyMs, outage } = faults.current.providers[name];
  if (latencyMs > 0) await chance.sleep(latencyMs);
  return outage || (errorRate > 0 && chance.random() < errorRate);
}

/** The error of a simulated recipient, as status and reason. Undefined when the recipient is accepted. */
export function simulatedError(
  recipient: string,
  sendId: string | undefined,
  { mailbox }: ProviderOptions,
): { status: 400 | 503; reason: string } | undefined {
  // All providers share one count, so that `flaky2-…` fails twice in all.
  const countTry = () => mailbox.countTry(`${recipient.toLowerCase()} ${sendId ?? ''}`);
  try {
    simulateRecipient(recipient, { outage: false, countTry });
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { status: error.status < 500 ? 400 : 503, reason: error.message };
  }
}

export const jsonAnswer = (status: number, body: unknown): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** The message without its undefined members. */
export function delivered(
  message: { [Member in keyof Omit<MailboxMessage, 'headers'>]: MailboxMessage[Member] | undefined } & {
    headers?: MailboxMessage['headers'];
    to: string;
    messageId: string;
    provider: string;
    sentAt: string;
  },
): MailboxMessage {
  const entries = Object.entries({ headers: {}, ...message }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as MailboxMessage;
}
