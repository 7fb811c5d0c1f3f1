import type { FaultSet } from '../../faults/faults.ts';
import type { EventType } from '../definitions.ts';

/** What becomes of an accepted message at its recipient: an event, and what it says beyond its type. */
export type Fate =
  | { type: 'SEND' | 'DELIVERY' | 'DELIVERY_DELAY' | 'COMPLAINT' | 'REJECT' }
  | { type: 'BOUNCE'; bounceType: 'Permanent' | 'Transient'; bounceSubType: 'General' | 'Suppressed' };

const SIMULATOR = /^([^@+]+)(?:\+[^@]*)?@simulator\.amazonses\.com$/i;
const HARD_BOUNCE: Fate = { type: 'BOUNCE', bounceType: 'Permanent', bounceSubType: 'General' };
const SOFT_BOUNCE: Fate = { type: 'BOUNCE', bounceType: 'Transient', bounceSubType: 'General' };
const DELIVERED: Fate = { type: 'DELIVERY' };
const COMPLAINT: Fate = { type: 'COMPLAINT' };

/** https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator */
const SIMULATED: Readonly<Record<string, readonly Fate[]>> = {
  success: [DELIVERED],
  bounce: [HARD_BOUNCE],
  complaint: [DELIVERED, COMPLAINT],
  suppressionlist: [{ type: 'BOUNCE', bounceType: 'Permanent', bounceSubType: 'Suppressed' }],
  // The mail server accepts it, and then sends an automatic response, of which SES makes a transient bounce.
  ooto: [DELIVERED, SOFT_BOUNCE],
};

/**
 * The events of a recipient in their natural order. Those of SES's simulator are fixed, also with a label such as
 * `bounce+1@`; the others follow the rates, and have none unless `everybody` or a rate asks for them.
 */
export function fatesOf(
  recipient: string,
  { feedback }: Pick<FaultSet, 'feedback'>,
  { everybody, random }: { everybody: boolean; random(): number },
): readonly Fate[] {
  const simulated = SIMULATED[SIMULATOR.exec(recipient)?.[1]?.toLowerCase() ?? ''];
  if (simulated) return [{ type: 'SEND' }, ...simulated];
  const { bounceRate, softBounceRate, complaintRate, delayRate, rejectRate } = feedback;
  const isAsked = bounceRate + softBounceRate + complaintRate + delayRate + rejectRate > 0;
  if (!(feedback.everybody ?? (everybody || isAsked))) return [];
  const has = (rate: number) => rate > 0 && random() < rate;
  const delayed: Fate[] = has(delayRate) ? [{ type: 'DELIVERY_DELAY' }] : [];
  const end: Fate[] = has(rejectRate)
    ? [{ type: 'REJECT' }]
    : has(bounceRate)
      ? [HARD_BOUNCE]
      : has(softBounceRate)
        ? [SOFT_BOUNCE]
        : has(complaintRate)
          ? [DELIVERED, COMPLAINT]
          : [DELIVERED];
  return [{ type: 'SEND' }, ...delayed, ...end];
}

/** Milliseconds after the acceptance, if no fault says otherwise. SES takes seconds too. */
export const USUAL_DELAY_MS: Readonly<Record<EventType, number>> = {
  SEND: 700,
  DELIVERY_DELAY: 900,
  REJECT: 1_000,
  DELIVERY: 1_200,
  BOUNCE: 1_200,
  COMPLAINT: 2_000,
};
