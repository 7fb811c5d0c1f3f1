import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type Clock, startTimer } from '../../clock.ts';
import { type ErrorCode, PregonError } from '../../errors.ts';
import type { Provider } from '../provider.ts';
import { shown } from './http-answer.ts';
import type { Mailbox, OutgoingEmail } from './outgoing-email.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` (STARTTLS) or `smtps://user:password@host:465`. */
  url: string;
  timeoutMs: number;
  clock: Clock;
}

const CONNECT_TIMEOUT_MS = 3000;

/** An error of nodemailer, with the server's reply code when it answered. */
interface SmtpError extends Error {
  code?: string | undefined;
  responseCode?: number | undefined;
  /** The command that was answered; `CONN` for the greeting. */
  command?: string | undefined;
}

/** Any SMTP server. Each email has a connection of its own. */
export function createSmtp({ url, timeoutMs, clock }: SmtpOptions): Provider<OutgoingEmail> {
  const server = serverOf(url);
  return {
    name: 'smtp',
    async send(email, permit) {
      const message = await compose(email);
      // Awaited before connecting, because connecting may take longer than a slot's tolerance.
      await permit();
      // The server gets the message only after it accepted sender and recipient, so before that nothing is sent.
      const progress = { begun: false };
      try {
        await deliver(server, email, { message, progress, timeoutMs, clock });
      } catch (error) {
        throw classified(error instanceof Error ? error : new Error(String(error)), progress.begun);
      }
      return { messageId: messageIdOf(email) };
    },
  };
}

async function deliver(
  { options, auth }: Server,
  email: OutgoingEmail,
  {
    message,
    progress,
    timeoutMs,
    clock,
  }: { message: Buffer; progress: { begun: boolean }; timeoutMs: number; clock: Clock },
): Promise<void> {
  const connectMs = Math.min(CONNECT_TIMEOUT_MS, timeoutMs);
  const connection = new SMTPConnection({
    ...options,
    connectionTimeout: connectMs,
    dnsTimeout: connectMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 0,
  });
  let cancelTimer = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    connection.on('error', reject);
    connection.on('end', () => reject(new Error('the server closed the connection')));
    cancelTimer = startTimer(clock, timeoutMs, () => reject(new Error(`no answer within ${timeoutMs} ms`)));
  });
  const step = (start: (done: (error?: Error | null) => void) => void): Promise<void> =>
    Promise.race([
      failed,
      new Promise<void>((resolve, reject) => {
        start((error) => (error ? reject(error) : resolve()));
      }),
    ]);
  try {
    await step((done) => connection.connect(done));
    if (auth) await step((done) => connection.login(auth, done));
    await step((done) => connection.send(envelopeOf(email), streamOf(message, progress), (error) => done(error)));
    connection.quit();
  } finally {
    cancelTimer();
    // From here on the end of the connection is not a failure.
    failed.catch(() => undefined);
    connection.close();
  }
}

function classified(error: SmtpError, begun: boolean): PregonError {
  const detail = `smtp: ${shown(error.message)}`;
  const answered = error.responseCode;
  if (answered === undefined) {
    return new PregonError(begun ? 'DeliveryUnconfirmed' : 'ProviderUnavailable', detail, {}, { cause: error });
  }
  return new PregonError(refusalBy(answered, error, begun), detail, { status: answered }, { cause: error });
}

function refusalBy(answered: number, { code, command = '' }: SmtpError, begun: boolean): ErrorCode {
  if (code === 'EAUTH') return 'CredentialsRefused';
  // RFC 5321, 4.2.1: a 4yz reply may be retried, a 5yz reply may not.
  if (answered < 500) return 'ProviderUnavailable';
  // Before RCPT the server refuses the account, not the message. RFC 4954, 6: 530 asks for a login at any command.
  const ofMessage = begun || command === 'RCPT TO' || command === 'DATA';
  return ofMessage && answered !== 530 ? 'MessageRejected' : 'CredentialsRefused';
}

interface Server {
  options: { host: string; port: number; secure: boolean; requireTLS: boolean };
  auth?: { credentials: { user: string; pass: string } };
}

/** Such as `smtps://user:password@host:465`, with user and password percent-encoded. */
export const isSmtpUrl = (url: string): boolean => serverIn(url) !== undefined;

/** Throws an error that does not contain the URL, because the password is in it. */
function serverOf(url: string): Server {
  const server = serverIn(url);
  if (!server)
    throw new Error(
      'The SMTP URL is not valid: smtps://user:password@host:465, with user and password percent-encoded',
    );
  return server;
}

function serverIn(url: string): Server | undefined {
  // The error of `new URL` would contain the whole text.
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port, username, password } = new URL(url);
  if (!['smtp:', 'smtps:'].includes(protocol) || hostname === '') return undefined;
  const [user, pass] = [decoded(username), decoded(password)];
  if (user === undefined || pass === undefined) return undefined;
  const secure = protocol === 'smtps:';
  const loopback = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
  return {
    // Mail and password are never sent in clear over a network.
    options: {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (secure ? 465 : 587),
      secure,
      requireTLS: !secure && !loopback,
    },
    ...(user ? { auth: { credentials: { user, pass } } } : {}),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The same for every attempt, so that a server may recognise a repetition. */
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

/** Notes when the first byte is read. */
function streamOf(message: Buffer, progress: { begun: boolean }): Readable {
  return new Readable({
    read() {
      progress.begun = true;
      this.push(message);
      this.push(null);
    },
  });
}
