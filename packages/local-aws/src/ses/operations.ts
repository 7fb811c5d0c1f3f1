import { randomUUID } from 'node:crypto';
import type { Faults } from '../faults/faults.ts';
import type { Chance } from '../faults/step.ts';
import { AwsError, ConnectionDropped } from '../gateway/errors.ts';
import type { AwsRequest } from '../gateway/types.ts';
import type { Maxima } from '../limits/limits.ts';
import type { EventPublisher } from './events/publisher.ts';
import { type OutgoingMessage, readMessage } from './protocol/message.ts';
import type { EmailOutbox } from './state/outbox.ts';
import type { SendWindow } from './state/send-window.ts';

/** What an operation needs besides its request. */
export interface SesDeps {
  readonly outbox: EmailOutbox;
  readonly events: Pick<EventPublisher, 'has' | 'publish'>;
  readonly window: SendWindow;
  readonly faults: Faults;
  /** Messages a second, unless a fault sets another rate. */
  readonly maxSendRate: number;
  readonly chance: Chance;
  readonly max: Maxima;
  /** Milliseconds since the epoch. */
  now(): number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

const sendRate = ({ faults, maxSendRate }: SesDeps) => faults.current.maxSendRate ?? maxSendRate;
const sentLast24Hours = ({ outbox, now }: SesDeps) => outbox.acceptedSince(now() - DAY_MS);

export async function sendEmail(deps: SesDeps, request: AwsRequest): Promise<unknown> {
  const { outbox, events, faults, chance, now } = deps;
  const message = readMessage(request.body, deps.max['ses.recipients']);
  const { latencyMs, dropAfterAcceptRate } = faults.current;
  const { configurationSet } = message;
  if (configurationSet !== undefined && !events.has(configurationSet)) {
    throw new AwsError('NotFoundException', `Configuration set <${configurationSet}> does not exist.`, 404);
  }
  if (latencyMs > 0) await chance.sleep(latencyMs);
  admit(deps, message);
  const messageId = `0100${randomUUID().replaceAll('-', '').slice(0, 12)}-${randomUUID()}-000000`;
  const accepted = { ...message, messageId, acceptedAt: now() };
  await outbox.accept(accepted);
  // After the acceptance is durable: an event proves it.
  await events.publish(accepted);
  if (dropAfterAcceptRate > 0 && chance.random() < dropAfterAcceptRate) throw new ConnectionDropped();
  return { MessageId: messageId };
}

/** Throws if the message is not accepted. Then nothing was sent. */
function admit(deps: SesDeps, message: OutgoingMessage): void {
  const { outbox, window, faults, chance, now } = deps;
  const { accountSuspended, sendingPaused, errorRate, throttleRate, max24HourSend } = faults.current;
  if (errorRate > 0 && chance.random() < errorRate) throw unavailable();
  if (accountSuspended) throw new AwsError('AccountSuspendedException', SUSPENDED, 400);
  if (sendingPaused) throw new AwsError('SendingPausedException', PAUSED, 400);
  if (throttleRate > 0 && chance.random() < throttleRate) throw throttled('Maximum sending rate exceeded.');
  if (max24HourSend >= 0 && sentLast24Hours(deps) + message.recipients.length > max24HourSend) {
    throw throttled('Daily message quota exceeded.');
  }
  for (const recipient of message.recipients) outbox.admit?.(recipient, message);
  if (!window.accept(message.recipients.length, sendRate(deps), now())) {
    throw throttled('Maximum sending rate exceeded.');
  }
}

export function getAccount(deps: SesDeps): unknown {
  const { accountSuspended, sendingPaused, max24HourSend } = deps.faults.current;
  return {
    DedicatedIpAutoWarmupEnabled: false,
    EnforcementStatus: accountSuspended ? 'SHUTDOWN' : 'HEALTHY',
    ProductionAccessEnabled: true,
    SendingEnabled: !accountSuspended && !sendingPaused,
    SendQuota: { Max24HourSend: max24HourSend, MaxSendRate: sendRate(deps), SentLast24Hours: sentLast24Hours(deps) },
    SuppressionAttributes: { SuppressedReasons: [] },
  };
}

/** Every identity counts as verified here. */
export const getEmailIdentity = (): unknown => ({
  IdentityType: 'EMAIL_ADDRESS',
  VerifiedForSendingStatus: true,
  VerificationStatus: 'SUCCESS',
});

const unavailable = () => new AwsError('ServiceUnavailableException', 'Service is unavailable. Please try again.', 503);
const throttled = (message: string) => new AwsError('TooManyRequestsException', message, 429);

const PAUSED = "The message can't be sent because the account's ability to send email is currently paused.";
const SUSPENDED =
  "The message can't be sent because the account's ability to send email has been permanently restricted.";
