import type { Clock } from '../../core/clock.ts';
import type { Provider } from '../../core/delivery/provider.ts';
import { createMailgun } from '../../core/delivery/providers/mailgun.ts';
import type { OutgoingEmail } from '../../core/delivery/providers/outgoing-email.ts';
import { createSendgrid } from '../../core/delivery/providers/sendgrid.ts';
import { createSmtp, isSmtpUrl } from '../../core/delivery/providers/smtp.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { ProviderKeys, ProviderName, WorkerEnv } from './settings.ts';

/** A slot is taken at most 5.5 s before the function's end: a call, its record and the answer fit into that. */
const TIMEOUT_MS = 4_000;

export interface ProviderDeps {
  env: WorkerEnv;
  keys: ProviderKeys;
  ses: Provider<OutgoingEmail>;
  telemetry: Telemetry;
  clock: Clock;
}

/** The configured providers, in order. One without a key that can be one is left out: asking it could only fail. */
export function createProviders({ env, keys, ses, telemetry, clock }: ProviderDeps): Provider<OutgoingEmail>[] {
  const create: Record<ProviderName, () => Provider<OutgoingEmail> | undefined> = {
    ses: () => ses,
    mailgun: () =>
      keys.mailgun && env.MAILGUN_DOMAIN
        ? createMailgun({
            baseUrl: env.MAILGUN_BASE_URL,
            domain: env.MAILGUN_DOMAIN,
            apiKey: keys.mailgun,
            timeoutMs: TIMEOUT_MS,
            clock,
          })
        : undefined,
    sendgrid: () =>
      keys.sendgrid
        ? createSendgrid({ baseUrl: env.SENDGRID_BASE_URL, apiKey: keys.sendgrid, timeoutMs: TIMEOUT_MS, clock })
        : undefined,
    smtp: () => (isSmtpUrl(keys.smtp) ? createSmtp({ url: keys.smtp, timeoutMs: TIMEOUT_MS, clock }) : undefined),
  };
  const providers = env.EMAIL_PROVIDERS.flatMap((name) => {
    const provider = create[name]();
    if (!provider)
      telemetry.warn('A provider is left out: it has no key, no domain, or for SMTP no valid URL', { provider: name });
    return provider ?? [];
  });
  if (providers.length === 0) {
    throw new Error(
      `None of the providers ${env.EMAIL_PROVIDERS.join(', ')} has a key in ${env.EMAIL_KEYS_SECRET_ARN}.`,
    );
  }
  return providers;
}
