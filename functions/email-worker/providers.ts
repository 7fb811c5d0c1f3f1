import type { Clock } from '../../core/clock.ts';
import type { Provider } from '../../core/delivery/provider.ts';
import { createMailgun } from '../../core/delivery/providers/mailgun.ts';
import type { OutgoingEmail } from '../../core/delivery/providers/outgoing-email.ts';
import { createSendgrid } from '../../core/delivery/providers/sendgrid.ts';
import { createSmtp, isSmtpUrl } from '../../core/delivery/providers/smtp.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { PROVIDER_TIMEOUT_MS } from '../common/delivery.ts';
import type { ProviderKeys, ProviderName, WorkerEnv } from './settings.ts';

export interface ProviderDeps {
  env: WorkerEnv;
  keys: ProviderKeys;
  ses: Provider<OutgoingEmail>;
  telemetry: Telemetry;
  clock: Clock;
}

/** The configured providers, in order. A provider without a usable key is left out, because its calls would only fail. */
export function createProviders({ env, keys, ses, telemetry, clock }: ProviderDeps): Provider<OutgoingEmail>[] {
  const create: Record<ProviderName, () => Provider<OutgoingEmail> | undefined> = {
    ses: () => ses,
    mailgun: () =>
      keys.mailgun && env.MAILGUN_DOMAIN
        ? createMailgun({
            baseUrl: env.MAILGUN_BASE_URL,
            domain: env.MAILGUN_DOMAIN,
            apiKey: keys.mailgun,
            timeoutMs: PROVIDER_TIMEOUT_MS,
            clock,
          })
        : undefined,
    sendgrid: () =>
      keys.sendgrid
        ? createSendgrid({
            baseUrl: env.SENDGRID_BASE_URL,
            apiKey: keys.sendgrid,
            timeoutMs: PROVIDER_TIMEOUT_MS,
            clock,
          })
        : undefined,
    smtp: () =>
      isSmtpUrl(keys.smtp) ? createSmtp({ url: keys.smtp, timeoutMs: PROVIDER_TIMEOUT_MS, clock }) : undefined,
  };
  const providers = env.EMAIL_PROVIDERS.flatMap((name) => {
    const provider = create[name]();
    if (!provider)
      telemetry.warn('A provider is left out, because it has no key, no domain, or no valid SMTP URL', {
        provider: name,
      });
    return provider ?? [];
  });
  if (providers.length === 0) {
    throw new Error(
      `None of the providers ${env.EMAIL_PROVIDERS.join(', ')} has a key in ${env.EMAIL_KEYS_SECRET_ARN}.`,
    );
  }
  return providers;
}
