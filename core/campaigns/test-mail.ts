import type { Clock } from '../clock.ts';
import { asciiAddress } from '../csv/address.ts';
import { CSV_LIMITS } from '../csv/limits.ts';
import { NoSlotAvailable, type Provider } from '../delivery/provider.ts';
import type { OutgoingEmail } from '../delivery/providers/outgoing-email.ts';
import { type ErrorCode, PregonError } from '../errors.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Telemetry } from '../telemetry.ts';

export interface TestMailDeps {
  provider: Provider<OutgoingEmail>;
  limiter: Limiter;
  clock: Clock;
  telemetry: Pick<Telemetry, 'count' | 'warn'>;
  newId(): string;
}

/** A mail of a campaign without its recipient. */
export type TestMail = Pick<OutgoingEmail, 'from' | 'replyTo' | 'subject' | 'text' | 'html'>;

/** What became of one test mail. */
export interface TestResult {
  to: string;
  messageId?: string;
  error?: { code: ErrorCode; message: string };
}

const MARK = '[Test] ';
/** The time that a reservation takes, so that its slot is not over by then. */
const LEAD_MS = 25;

/**
 * Sends a mail of a campaign to someone else than its recipient, its subject marked. It leaves at a slot of the limiter, from the share of
 * transactional mail, so that the rate holds and running campaigns do not hold it up; no later than `until` (milliseconds since the epoch).
 * Nothing is kept: a repeated call sends it again.
 */
export async function sendTest(deps: TestMailDeps, to: string, mail: TestMail, until: number): Promise<TestResult> {
  const { provider, telemetry, newId } = deps;
  const email: OutgoingEmail = {
    ...mail,
    // Not the ids of the campaign, whose mails are found by them.
    sendId: `test-${newId()}`,
    batchId: 'test',
    channel: 'test',
    to: { email: asciiAddress(to) },
    subject: `${MARK}${mail.subject}`.slice(0, CSV_LIMITS.subjectCharacters).toWellFormed(),
  };
  try {
    const { messageId } = await provider.send(email, () => slot(deps, until));
    telemetry.count('Sent');
    return { to, messageId };
  } catch (error) {
    if (error instanceof NoSlotAvailable) {
      const message = 'The rate had no room for it in time: try again, or raise the rate.';
      return { to, error: { code: 'Throttled', message } };
    }
    telemetry.warn('A test mail was not sent', { error });
    if (!(error instanceof PregonError)) throw error;
    return { to, error: { code: error.code, message: error.message } };
  }
}

/** Resolves at a slot that is met. Rejects with NoSlotAvailable when there is none until then. */
async function slot({ limiter, clock }: TestMailDeps, until: number): Promise<void> {
  for (;;) {
    const earliest = clock.now() + LEAD_MS;
    if (earliest > until) throw new NoSlotAvailable();
    const reserved = await limiter.reserve({ priority: 'transactional', n: 1, earliest, until });
    const at = 'slots' in reserved ? (reserved.slots[0] ?? until) : reserved.retryAt;
    if ('retryAt' in reserved && at > until) throw new NoSlotAvailable();
    await clock.sleep(Math.max(0, Math.ceil(at - clock.now())));
    if ('slots' in reserved && clock.now() - at <= limiter.toleranceMs) return;
  }
}
