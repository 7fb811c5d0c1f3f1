import { randomUUID } from 'node:crypto';
import type { Mailbox, MailboxMessage } from '../../../../dev/mailbox/mailbox.ts';
import { meetFate, unavailable } from '../../../../dev/recipient-simulator.ts';
import type { Faults } from '../faults/faults.ts';
import type { Chance } from '../faults/step.ts';
import { AwsError, ConnectionDropped } from '../gateway/errors.ts';
import { jsonResponse } from '../gateway/protocols.ts';
import type { AwsRequest, AwsResponse, ServiceHandler } from '../gateway/types.ts';
import { type OutgoingMessage, readMessage } from './message.ts';
import { SendWindow } from './send-window.ts';

export interface SesOptions {
  readonly mailbox: Mailbox;
  readonly faults: Faults;
  /** Messages a second, while no fault says otherwise. */
  readonly maxSendRate: number;
  readonly chance: Chance;
  /** Milliseconds since the epoch. */
  now(): number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const PROVIDER = 'ses';

/** An SES v2 that enforces its sending rate, and keeps what it accepts in the mailbox. */
export function ses(options: SesOptions): ServiceHandler {
  const { mailbox, faults, chance, now } = options;
  const window = new SendWindow();
  const maxSendRate = () => faults.current.maxSendRate ?? options.maxSendRate;
  const sentLast24Hours = () => mailbox.acceptedSince(PROVIDER, now() - DAY_MS);

  async function sendEmail(request: AwsRequest): Promise<AwsResponse> {
    const message = readMessage(request.body);
    const { latencyMs, dropAfterAcceptRate } = faults.current;
    if (latencyMs > 0) await chance.sleep(latencyMs);
    admit(message);
    const messageId = `0100${randomUUID().replaceAll('-', '').slice(0, 12)}-${randomUUID()}-000000`;
    await mailbox.append(...asDelivered(message, messageId, now()));
    if (dropAfterAcceptRate > 0 && chance.random() < dropAfterAcceptRate) throw new ConnectionDropped();
    return jsonResponse('ses', { MessageId: messageId }, request.requestId);
  }

  /** Throws where the message is not accepted; nothing was sent then. */
  function admit(message: OutgoingMessage): void {
    const { accountSuspended, sendingPaused, errorRate, throttleRate, outage, max24HourSend } = faults.current;
    if (errorRate > 0 && chance.random() < errorRate) throw unavailable();
    if (accountSuspended) throw new AwsError('AccountSuspendedException', SUSPENDED, 400);
    if (sendingPaused) throw new AwsError('SendingPausedException', PAUSED, 400);
    if (throttleRate > 0 && chance.random() < throttleRate) throw throttled('Maximum sending rate exceeded.');
    if (max24HourSend >= 0 && sentLast24Hours() + message.recipients.length > max24HourSend) {
      throw throttled('Daily message quota exceeded.');
    }
    for (const recipient of message.recipients) {
      const send = `${recipient.toLowerCase()} ${message.tags.get('sendId') ?? ''}`;
      meetFate(recipient, { outage, countTry: () => mailbox.countTry(send) });
    }
    if (!window.accept(message.recipients.length, maxSendRate(), now()))
      throw throttled('Maximum sending rate exceeded.');
  }

  function getAccount(request: AwsRequest): AwsResponse {
    const { accountSuspended, sendingPaused, max24HourSend } = faults.current;
    const account = {
      DedicatedIpAutoWarmupEnabled: false,
      EnforcementStatus: accountSuspended ? 'SHUTDOWN' : 'HEALTHY',
      ProductionAccessEnabled: true,
      SendingEnabled: !accountSuspended && !sendingPaused,
      SendQuota: { Max24HourSend: max24HourSend, MaxSendRate: maxSendRate(), SentLast24Hours: sentLast24Hours() },
      SuppressionAttributes: { SuppressedReasons: [] },
    };
    return jsonResponse('ses', account, request.requestId);
  }

  return async (request) => {
    switch (request.operation) {
      case 'SendEmail':
        return sendEmail(request);
      case 'GetAccount':
        return getAccount(request);
      case 'GetEmailIdentity':
        return jsonResponse('ses', VERIFIED, request.requestId);
      default:
        throw new AwsError('UnknownOperationException', `${request.operation} is not part of this local SES`, 501);
    }
  };
}

function asDelivered(message: OutgoingMessage, messageId: string, time: number): MailboxMessage[] {
  const { from, subject, text, html, tags } = message;
  const tagged: Record<string, string> = {};
  for (const name of ['sendId', 'batchId', 'channel']) {
    const value = tags.get(name);
    if (value !== undefined) tagged[name] = value;
  }
  return message.recipients.map((to) => ({
    to,
    from,
    subject,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    messageId,
    ...tagged,
    provider: PROVIDER,
    sentAt: new Date(time).toISOString(),
  }));
}

const throttled = (message: string) => new AwsError('TooManyRequestsException', message, 429);

const PAUSED = "The message can't be sent because the account's ability to send email is currently paused.";
const SUSPENDED =
  "The message can't be sent because the account's ability to send email has been permanently restricted.";
/** Every sender counts as verified here. */
const VERIFIED = { IdentityType: 'EMAIL_ADDRESS', VerifiedForSendingStatus: true, VerificationStatus: 'SUCCESS' };
