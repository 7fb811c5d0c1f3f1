import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { GetAccountCommand, SESv2Client, type SESv2ClientConfig, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { type Clock, startTimer } from '../../clock.ts';
import { SigningHash } from '../../signing-hash.ts';
import { NoSlotAvailable, type Provider, type SendPermit } from '../provider.ts';
import { formatAddress, type OutgoingEmail } from './outgoing-email.ts';
import { classifySesError } from './ses-errors.ts';

export interface SesOptions {
  config?: SESv2ClientConfig;
  /** With which emails are sent. Its events tell what became of them. */
  configurationSet?: string | undefined;
  /** From the moment the request is sent. SES answers within 40 to 60 ms. */
  timeoutMs?: number;
  connectTimeoutMs?: number;
  clock: Clock;
}

/** A connection that was idle longer may be closed, by the server or because the Lambda was frozen. */
const IDLE_MS = 3_000;

/** Amazon SES, API version 2. The SDK's retries are off, because they would send outside the slot and perhaps twice. */
export function createSes({
  config,
  configurationSet,
  timeoutMs = 4_000,
  connectTimeoutMs = 1_000,
  clock,
}: SesOptions) {
  const agents = [
    new HttpAgent({ keepAlive: true, maxSockets: 64 }),
    new HttpsAgent({ keepAlive: true, maxSockets: 64 }),
  ] as const;
  const client = new SESv2Client({
    ...config,
    maxAttempts: 1,
    sha256: SigningHash,
    requestHandler: { httpAgent: agents[0], httpsAgent: agents[1], connectionTimeout: connectTimeoutMs },
  });
  // GetAccount has a quota of one call a second for the account, and may be asked for several limiters at once.
  const account = new SESv2Client({ ...config, maxAttempts: 5 });
  let usedAt = 0;

  function dropIdleConnections() {
    if (clock.now() - usedAt > IDLE_MS) {
      for (const { freeSockets } of agents) for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
    }
    usedAt = clock.now();
  }

  async function send(email: OutgoingEmail, permit: SendPermit): Promise<{ messageId: string }> {
    const command = commandOf(email, configurationSet);
    const timeout = new AbortController();
    let cancelTimer = () => {};
    let left = false;
    let broken: unknown;
    // This is the innermost step: the request is signed, and `next` sends it.
    command.middlewareStack.add(
      (next) => async (args) => {
        await permit();
        dropIdleConnections();
        left = true;
        cancelTimer = startTimer(clock, timeoutMs, () => timeout.abort());
        try {
          return await next(args);
        } catch (error) {
          // The error of the connection, before the SDK wraps it.
          broken = error;
          throw error;
        }
      },
      { step: 'deserialize', priority: 'low', name: 'send-permit' },
    );
    try {
      const { MessageId } = await client.send(command, { abortSignal: timeout.signal });
      return { messageId: MessageId ?? 'unknown' };
    } catch (error) {
      if (error instanceof NoSlotAvailable) throw error;
      throw classifySesError(broken ?? error, { left, sender: email.from.email });
    } finally {
      cancelTimer();
    }
  }

  const provider: Provider<OutgoingEmail> = { name: 'ses', send };
  return { provider, maxSendRate: async () => (await readSesAccount(account)).maxSendRate };
}

/** What SES lets this account do. */
export interface SesAccount {
  /** Emails per second. */
  maxSendRate: number;
  /** Recipients in any 24 hours; -1 is without limit. */
  max24HourSend: number;
  sentLast24Hours: number;
  /** False while sending is paused or suspended. */
  sendingEnabled: boolean;
}

/**
 * GetAccount has a quota of one call a second for the whole account, so callers keep the answer.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
 */
export async function readSesAccount(client: Pick<SESv2Client, 'send'>): Promise<SesAccount> {
  const { SendQuota, SendingEnabled = true } = await client.send(new GetAccountCommand({}));
  const { MaxSendRate, Max24HourSend, SentLast24Hours = 0 } = SendQuota ?? {};
  if (!MaxSendRate || Max24HourSend === undefined) throw new Error('GetAccount returned no SendQuota');
  return {
    maxSendRate: MaxSendRate,
    max24HourSend: Max24HourSend,
    sentLast24Hours: SentLast24Hours,
    sendingEnabled: SendingEnabled,
  };
}

function commandOf(
  { from, to, replyTo, subject, text, html, headers = {}, ...tagged }: OutgoingEmail,
  ConfigurationSetName: string | undefined,
): SendEmailCommand {
  const { sendId, batchId, channel, leaseId } = tagged;
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return new SendEmailCommand({
    // In lower case, as in the policies: IAM compares ses:FromAddress with case.
    FromEmailAddress: formatAddress({ ...from, email: from.email.toLowerCase() }),
    Destination: { ToAddresses: [formatAddress(to)] },
    ...(replyTo === undefined ? {} : { ReplyToAddresses: [replyTo] }),
    Content: {
      Simple: {
        Subject: utf8(subject),
        Body: {
          // HTML of images alone has no text, and a reader that prefers text parts would show nothing.
          ...(text === '' && html !== undefined ? {} : { Text: utf8(text) }),
          ...(html === undefined ? {} : { Html: utf8(html) }),
        },
        // SES accepts names and values of up to 870 characters: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html
        Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
      },
    },
    ...(ConfigurationSetName === undefined ? {} : { ConfigurationSetName }),
    // Its events have them: they find the row by sendId, and the attempt by leaseId.
    EmailTags: [
      { Name: 'sendId', Value: sendId },
      { Name: 'batchId', Value: batchId },
      { Name: 'channel', Value: channel },
      ...(leaseId === undefined ? [] : [{ Name: 'leaseId', Value: leaseId }]),
    ],
  });
}
