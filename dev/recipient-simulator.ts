import { AwsError } from 'local-aws';

/** What decides the outcome of a simulated recipient. */
export interface RecipientContext {
  readonly outage: boolean;
  /** Counts one more try of this recipient in this send, and returns the count. */
  countTry(): number;
}

const SIMULATOR = /^([^@]+)@simulator\.pregon\.test$/i;

/**
 * Throws the error that an address at `simulator.pregon.test` stands for: `reject…` fails for good, `down…` fails during an
 * outage, `flaky2-…` fails twice. Every other recipient is accepted, those of SES's own simulator included.
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
