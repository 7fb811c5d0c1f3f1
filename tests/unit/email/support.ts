import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServiceHandler, startGateway } from 'local-aws';
import { createMailgun } from '../../../core/delivery/providers/mailgun.ts';
import type { OutgoingEmail } from '../../../core/delivery/providers/outgoing-email.ts';
import { createSendgrid } from '../../../core/delivery/providers/sendgrid.ts';
import { createSmtp } from '../../../core/delivery/providers/smtp.ts';
import { createFaults } from '../../../dev/faults.ts';
import { Mailbox } from '../../../dev/mailbox/mailbox.ts';
import { mailgun } from '../../../dev/providers/mailgun.ts';
import { LOCAL_KEYS, LOCAL_MAILGUN_DOMAIN } from '../../../dev/providers/provider-api.ts';
import { sendgrid } from '../../../dev/providers/sendgrid.ts';
import { startSmtp } from '../../../dev/providers/smtp.ts';
import { simulatedClock } from '../support/clock.ts';

/** The stand-ins of Mailgun, SendGrid and a mail server, with clients for each, over one mailbox. */
export async function openProviders() {
  const folder = await mkdtemp(join(tmpdir(), 'pregon-email-'));
  const mailbox = new Mailbox(folder);
  const faults = createFaults();
  const clock = simulatedClock({ manual: true });
  // Where a stand-in takes its time, nobody waits for it.
  const chance = { random: () => 0, sleep: async (ms: number) => clock.move(ms) };
  const options = { mailbox, faults, chance, now: clock.now };
  const services = new Map<string, ServiceHandler>([
    ['mailgun', mailgun(options)],
    ['sendgrid', sendgrid(options)],
  ]);
  const gateway = await startGateway({ port: 0, services, identities: new Map() });
  const smtp = await startSmtp(options);
  const timeoutMs = 2000;
  return {
    clock,
    gateway,
    faults,
    mailbox,
    smtpUrl: smtp.url,
    read: () => mailbox.read({ limit: 1000 }).messages,
    mailgun: (apiKey: string = LOCAL_KEYS.mailgun, domain: string = LOCAL_MAILGUN_DOMAIN) =>
      createMailgun({ baseUrl: `${gateway.url}/_providers/mailgun`, domain, apiKey, timeoutMs, clock }),
    sendgrid: (apiKey: string = LOCAL_KEYS.sendgrid) =>
      createSendgrid({ baseUrl: `${gateway.url}/_providers/sendgrid`, apiKey, timeoutMs, clock }),
    smtp: (url: string = smtp.url) => createSmtp({ url, timeoutMs, clock }),
    close: async () => {
      await smtp.close();
      await gateway.close();
      mailbox.close();
      await rm(folder, { recursive: true });
    },
  };
}

export function outgoingEmail(changes: Partial<OutgoingEmail> = {}): OutgoingEmail {
  return {
    sendId: 'b1-1',
    batchId: 'b1',
    channel: 'email',
    from: { email: 'sender@example.com', name: 'Sender "Ltd", <x@y.z>' },
    to: { email: 'pedro@example.com', name: 'Pedro Ñandú' },
    subject: 'Hola, ¿qué tal?',
    text: 'Línea uno\n.\n..dots\nend =3D',
    html: '<p>Línea uno</p>',
    ...changes,
  };
}
