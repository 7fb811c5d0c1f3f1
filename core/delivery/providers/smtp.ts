import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { PregonError } from '../../errors.ts';
import { shown } from './http-answer.ts';
import type { EmailProvider, Mailbox, OutgoingEmail } from './outgoing-email.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` (STARTTLS) or `smtps://user:password@host:465`. */
  url: string;
  timeoutMs: number;
}

/** What nodemailer says of an error: the server's own code where it answered. */
interface SmtpError extends Error {
  code?: string | undefined;
  responseCode?: number | undefined;
}

/** Any SMTP server, a connection per email. */
export function createSmtp({ url, timeoutMs }: SmtpOptions): EmailProvider {
  const server = serverOf(url);
  return {
    name: 'smtp',
    async send(email) {
      const message = await compose(email);
      const connection = new SMTPConnection({
        ...server.options,
        connectionTimeout: Math.min(3000, timeoutMs),
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        dnsTimeout: Math.min(3000, timeoutMs),
        socketCloseTimeout: 0,
      });
      // The server gets the message only once it said yes to sender and recipient: before that nothing can be sent.
      let begun = false;
      const begin = () => {
        begun = true;
      };
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        await new Promise<void>((resolve, reject) => {
          deadline.addEventListener('abort', () => reject(new Error(`no answer within ${timeoutMs} ms`)), {
            once: true,
          });
          // An error after the promise is settled has nobody to tell: the connection is closed by then.
          connection.on('error', reject);
          connection.on('end', () => reject(new Error('the server closed the connection')));
          const deliver = () =>
            connection.send(envelopeOf(email), streamOf(message, begin), (error) =>
              error ? reject(error) : resolve(),
            );
          connection.connect((error) => {
            if (error) reject(error);
            else if (server.auth) connection.login(server.auth, (refused) => (refused ? reject(refused) : deliver()));
            else deliver();
          });
        });
        connection.quit();
      } catch (error) {
        throw classified(error instanceof Error ? error : new Error(String(error)), begun);
      } finally {
        connection.close();
      }
      return { messageId: messageIdOf(email) };
    },
  };
}

function classified(error: SmtpError, begun: boolean): PregonError {
  const detail = `smtp: ${shown(error.message)}`;
  const answered = error.responseCode;
  if (answered === undefined) {
    return new PregonError(begun ? 'DeliveryUnconfirmed' : 'ProviderUnavailable', detail, {}, { cause: error });
  }
  if (error.code === 'EAUTH') return new PregonError('CredentialsRefused', detail, {}, { cause: error });
  // RFC 5321, 4.2.1: 4yz may be tried again, 5yz may not.
  return new PregonError(answered >= 500 ? 'MessageRejected' : 'ProviderUnavailable', detail, {}, { cause: error });
}

function serverOf(url: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const auth = username && { credentials: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } };
  const loopback = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
  return {
    // Mail and password never cross a network in clear.
    options: {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (secure ? 465 : 587),
      secure,
      requireTLS: !secure && !loopback,
    },
    ...(auth ? { auth } : {}),
  };
}

/** The same for every attempt: a server that sees it twice may know it again. */
const messageIdOf = ({ sendId, from }: OutgoingEmail) =>
  `${sendId}@${from.email.slice(from.email.lastIndexOf('@') + 1)}`;

const compose = (email: OutgoingEmail): Promise<Buffer> =>
  new MailComposer({
    from: addressOf(email.from),
    to: addressOf(email.to),
    subject: email.subject,
    text: email.text,
    ...(email.html === undefined ? {} : { html: email.html }),
    messageId: `<${messageIdOf(email)}>`,
    headers: { 'X-Send-Id': email.sendId, 'X-Batch-Id': email.batchId, 'X-Channel': email.channel },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();

const addressOf = ({ email, name }: Mailbox) => ({ address: email, name: name ?? '' });
const envelopeOf = ({ from, to }: OutgoingEmail) => ({ from: from.email, to: [to.email] });

/** Says when its first byte is asked for. */
function streamOf(message: Buffer, begin: () => void): Readable {
  return new Readable({
    read() {
      begin();
      this.push(message);
      this.push(null);
    },
  });
}
