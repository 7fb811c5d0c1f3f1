import { AwsError } from '../packages/local-aws/src/gateway/errors.ts';

/** Everything that decides the fate of a recipient at `simulator.pregon.test`. */
export interface FateContext {
  readonly outage: boolean;
  /** Counts one more try of this recipient in this send, and gives the count. */
  countTry(): number;
}

const SIMULATOR = /^([^@]+)@simulator\.pregon\.test$/i;

/** Throws what the simulator's address stands for; returns where it is accepted. SES's own simulator accepts all. */
export function meetFate(recipient: string, context: FateContext): void {
  const name = SIMULATOR.exec(recipient)?.[1]?.toLowerCase();
  if (name === undefined) return;
  if (name.startsWith('reject')) throw new AwsError('MessageRejected', 'Email address is not verified.', 400);
  if (name.startsWith('down') && context.outage) throw unavailable();
  const failures = /^flaky(\d{1,3})-/.exec(name)?.[1];
  if (failures !== undefined && context.countTry() <= Number(failures)) throw unavailable();
}

/** Nothing was sent, and another try may work. */
export const unavailable = () =>
  new AwsError('ServiceUnavailableException', 'Service is unavailable. Please try again.', 503);
