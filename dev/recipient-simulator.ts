import { AwsError } from 'local-aws';

/** The state that the outcome of a simulated recipient depends on. */
export interface RecipientContext {
  readonly outage: boolean;
  /** Counts one more try of this recipient in this send, and returns the count. */
  countTry(): number;
}

const SIMULATOR = /^([^@]+)@simulator\.pregon\.test$/i;

/**
 * Throws the error that an address at `simulator.pregon.test` simulates. `reject…` always fails, `down…` fails during an outage, and
 * `flaky2-…` fails twice. All other recipients are accepted, including those of SES's own simulator.
 */
export function simulateRecipient(recipient: string, context: RecipientContext): void {
  const name = SIMULATOR.exec(recipient)?.[1]?.toLowerCase();
  if (name === undefined) return;
  if (name.startsWith('reject')) throw new AwsError('MessageRejected', 'Email address is not verified.', 400);
  if (name.startsWith('down') && context.outage) throw unavailable();
  const failures = /^flaky(\d{1,3})-/.exec(name)?.[1];
  if (failures !== undefined && context.countTry() <= Number(failures)) throw unavailable();
}

const unavailable = () => new AwsError('ServiceUnavailableException', 'Service is unavailable. Please try again.', 503);
