import { createServer, type Socket } from 'node:net';
import { readMime } from 'local-aws';
import { delivered, LOCAL_KEYS, type ProviderOptions, simulatedError } from './provider-api.ts';

export interface SmtpServer {
  /** The URL with user and password that the product is configured with. */
  readonly url: string;
  close(): Promise<void>;
}

const MAX_MESSAGE = 10 * 1024 * 1024;
const CAPABILITIES = ['pregon.test', 'AUTH PLAIN', '8BITMIME', `SIZE ${MAX_MESSAGE}`];

/** A mail server (RFC 5321, with AUTH PLAIN) that delivers into the mailbox. */
export async function startSmtp(options: ProviderOptions, host = '127.0.0.1', port = 0): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setEncoding('latin1');
    // The client disconnected, so it needs no answer.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    serve(socket, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The mail server did not get a port');
  const { user, password } = LOCAL_KEYS.smtp;
  return {
    url: `smtp://${user}:${password}@${host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Session {
  isKnown: boolean;
  sender: string | undefined;
  recipients: string[];
  /** The lines of the message, while it is received. */
  message: string[] | undefined;
  size: number;
}

/** Handles lines one after the other, so that a client may pipeline its commands. */
async function serve(socket: Socket, options: ProviderOptions): Promise<void> {
  const session: Session = { isKnown: false, sender: undefined, recipients: [], message: undefined, size: 0 };
  const reply = (answer: string) => {
    if (!socket.destroyed) socket.write(`${answer}\r\n`);
  };
  reply('220 pregon.test ESMTP');
  try {
    for await (const line of linesOf(socket)) {
      if (session.message) {
        const answer = await takeLine(session, session.message, line, options);
        if (answer !== undefined) reply(answer);
      } else if (/^quit$/i.test(line)) {
        reply('221 2.0.0 Bye');
        break;
      } else reply(obey(session, line));
    }
  } catch (error) {
    if (!socket.destroyed) reply('421 4.3.0 The local mail server failed');
    if (!isDisconnect(error)) throw error;
  } finally {
    socket.end();
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = '';
  for await (const part of socket) {
    const lines = (rest + String(part)).split('\r\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** The answer to a command. */
function obey(session: Session, line: string): string {
  const [verb = ''] = line.split(' ', 1);
  const argument = line.slice(verb.length + 1);
  switch (verb.toUpperCase()) {
    case 'EHLO':
    case 'HELO':
      return CAPABILITIES.map((name, n) => `250${n < CAPABILITIES.length - 1 ? '-' : ' '}${name}`).join('\r\n');
    case 'AUTH':
      session.isKnown = argument === `PLAIN ${plainCredentials()}`;
      return session.isKnown ? '235 2.7.0 Accepted' : '535 5.7.8 Authentication credentials invalid';
    case 'MAIL':
      if (!session.isKnown) return '530 5.7.0 Authentication required';
      session.sender = bracketed(argument);
      session.recipients = [];
      return '250 2.1.0 OK';
    case 'RCPT':
      if (session.sender === undefined) return '503 5.5.1 MAIL first';
      session.recipients.push(bracketed(argument));
      return '250 2.1.5 OK';
    case 'DATA':
      if (session.recipients.length === 0) return '503 5.5.1 RCPT first';
      session.message = [];
      session.size = 0;
      return '354 End with a line of one dot';
    case 'RSET':
    case 'NOOP':
      if (/^rset/i.test(verb)) session.sender = undefined;
      return '250 2.0.0 OK';
    default:
      return '502 5.5.2 Command not recognized';
  }
}

/** Adds a line to the message. Resolves to the reply after the last line. */
async function takeLine(
  session: Session,
  message: string[],
  line: string,
  options: ProviderOptions,
): Promise<string | undefined> {
  if (line !== '.') {
    session.size += line.length + 2;
    // The client doubles the dot at the start of a line (RFC 5321, section 4.5.2).
    if (session.size <= MAX_MESSAGE) message.push(line.startsWith('.') ? line.slice(1) : line);
    return undefined;
  }
  session.message = undefined;
  if (session.size > MAX_MESSAGE) return '552 5.3.4 The message is too large';
  const raw = Buffer.from(message.join('\r\n'), 'latin1').toString('utf8');
  const header = (name: string) => new RegExp(`^${name}: *(.+)$`, 'im').exec(raw)?.[1]?.trim();
  const sendId = header('X-Send-Id');
  for (const recipient of session.recipients) {
    const failure = simulatedError(recipient, sendId, options);
    if (failure) return `${failure.status === 400 ? '550 5.1.1' : '451 4.3.0'} ${failure.reason}`;
  }
  const { from, subject, text, html, headers } = readMime(raw);
  await options.mailbox.append(
    ...session.recipients.map((to) =>
      delivered({
        to,
        from,
        subject,
        text,
        html,
        headers,
        messageId: header('Message-ID')?.replace(/^<|>$/g, '') ?? '',
        sendId,
        batchId: header('X-Batch-Id'),
        channel: header('X-Channel'),
        provider: 'smtp',
        sentAt: new Date(options.now()).toISOString(),
      }),
    ),
  );
  return '250 2.0.0 Accepted';
}

const plainCredentials = () => {
  const { user, password } = LOCAL_KEYS.smtp;
  return Buffer.from(`\0${user}\0${password}`).toString('base64');
};

/** `FROM:<ana@example.com> SIZE=100` → `ana@example.com` */
const bracketed = (argument: string): string => /<([^<>]*)>/.exec(argument)?.[1] ?? '';

const isDisconnect = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE');
