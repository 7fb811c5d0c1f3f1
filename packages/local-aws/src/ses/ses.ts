import { randomUUID } from 'node:crypto';
import type { Faults } from '../faults/faults.ts';
import type { Chance } from '../faults/step.ts';
import { AwsError, ConnectionDropped } from '../gateway/errors.ts';
import { jsonResponse } from '../gateway/protocols.ts';
import type { AwsRequest, AwsResponse, ServiceHandler } from '../gateway/types.ts';
import { type OutgoingMessage, readMessage } from './protocol/message.ts';
import type { EmailOutbox } from './state/outbox.ts';
import { SendWindow } from './state/send-window.ts';

export interface SesOptions {
  readonly outbox: EmailOutbox;
  readonly faults: Faults;
  /** Messages a second, unless a fault sets another rate. */
  readonly maxSendRate: number;
  readonly chance: Chance;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The operations of SES v2 by their names in the API. */
export const OPERATIONS = ['SendEmail', 'GetAccount', 'GetEmailIdentity'] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

/** SES v2: enforces the sending rate and the daily quota, and hands accepted messages to the outbox. */
export function ses(options: SesOptions): ServiceHandler {
  const { outbox, faults, chance, now } = options;
  const window = new SendWindow();
  const maxSendRate = () => faults.current.maxSendRate ?? options.maxSendRate;
  const sentLast24Hours = () => outbox.acceptedSince(now() - DAY_MS);

  async function sendEmail(request: AwsRequest): Promise<AwsResponse> {
    const message = readMessage(request.body);
    const { latencyMs, dropAfterAcceptRate } = faults.current;
    if (latencyMs > 0) await chance.sleep(latencyMs);
    admit(message);
    const messageId = `0100${randomUUID().replaceAll('-', '').slice(0, 12)}-${randomUUID()}-000000`;
    await outbox.accept({ ...message, messageId, acceptedAt: now() });
    if (dropAfterAcceptRate > 0 && chance.random() < dropAfterAcceptRate) throw new ConnectionDropped();
    return jsonResponse(request, { MessageId: messageId });
  }

  /** Throws where the message is not accepted; nothing was sent then. */
  function admit(message: OutgoingMessage): void {
    const { accountSuspended, sendingPaused, errorRate, throttleRate, max24HourSend } = faults.current;
    if (errorRate > 0 && chance.random() < errorRate) throw unavailable();
    if (accountSuspended) throw new AwsError('AccountSuspendedException', SUSPENDED, 400);
    if (sendingPaused) throw new AwsError('SendingPausedException', PAUSED, 400);
    if (throttleRate > 0 && chance.random() < throttleRate) throw throttled('Maximum sending rate exceeded.');
    if (max24HourSend >= 0 && sentLast24Hours() + message.recipients.length > max24HourSend) {
      throw throttled('Daily message quota exceeded.');
    }
    for (const recipient of message.recipients) outbox.admit?.(recipient, message);
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
    return jsonResponse(request, account);
  }

  const handlers: Record<(typeof OPERATIONS)[number], (request: AwsRequest) => AwsResponse | Promise<AwsResponse>> = {
    SendEmail: sendEmail,
    GetAccount: getAccount,
    GetEmailIdentity: (request) => jsonResponse(request, VERIFIED),
  };
  return async (request) => {
    const operation = OPERATIONS.find((name) => name === request.operation);
    if (operation) return handlers[operation](request);
    throw new AwsError('UnknownOperationException', `${request.operation} is not part of this local SES`, 501);
  };
}

/** Nothing was sent, and another try may work. */
const unavailable = () => new AwsError('ServiceUnavailableException', 'Service is unavailable. Please try again.', 503);
const throttled = (message: string) => new AwsError('TooManyRequestsException', message, 429);

const PAUSED = "The message can't be sent because the account's ability to send email is currently paused.";
const SUSPENDED =
  "The message can't be sent because the account's ability to send email has been permanently restricted.";
/** Every sender counts as verified here. */
const VERIFIED = { IdentityType: 'EMAIL_ADDRESS', VerifiedForSendingStatus: true, VerificationStatus: 'SUCCESS' };
