import { z } from 'zod';
import type { FeedbackEvent } from '../../core/feedback/apply.ts';
import { parseSendId } from '../../core/ledger/keys.ts';

const recipient = z.object({ emailAddress: z.string(), diagnosticCode: z.string().optional() });
const recipients = z.array(recipient).min(1);
const tag = z.array(z.string()).optional();
const timestamp = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString());

/** What every record has. Messages that are not the product's have no sendId. */
const common = {
  mail: z.object({
    timestamp,
    messageId: z.string().min(1),
    destination: z.array(z.string()).default([]),
    tags: z.object({ sendId: tag, leaseId: tag }).default({}),
  }),
};

/** https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html */
const recordSchema = z.discriminatedUnion('eventType', [
  z.object({ ...common, eventType: z.literal('Send') }),
  z.object({ ...common, eventType: z.literal('Delivery'), delivery: z.object({ timestamp }) }),
  z.object({
    ...common,
    eventType: z.literal('DeliveryDelay'),
    deliveryDelay: z.object({ timestamp, delayType: z.string(), delayedRecipients: recipients }),
  }),
  z.object({
    ...common,
    eventType: z.literal('Bounce'),
    bounce: z.object({
      timestamp,
      bounceType: z.string(),
      bounceSubType: z.string(),
      bouncedRecipients: recipients,
    }),
  }),
  z.object({
    ...common,
    eventType: z.literal('Complaint'),
    complaint: z.object({
      timestamp,
      complainedRecipients: recipients,
      complaintFeedbackType: z.string().nullish(),
    }),
  }),
  z.object({ ...common, eventType: z.literal('Reject'), reject: z.object({ reason: z.string() }) }),
]);

/** An event of SES, as EventBridge delivers it. */
export const sesEventSchema = z.object({ source: z.literal('aws.ses'), detail: recordSchema });

/** A row holds no longer ones. */
const MAX_DIAGNOSTIC = 500;

/** Undefined for a message that is not the product's. */
export function feedbackOf(messageId: string, { detail }: z.output<typeof sesEventSchema>): FeedbackEvent | undefined {
  const { mail } = detail;
  const row = parseSendId(mail.tags.sendId?.[0] ?? '');
  const said = saidBy(detail);
  const to = said.recipient ?? mail.destination[0];
  if (!row || to === undefined) return undefined;
  const { kind, at, diagnostic } = said;
  const leaseId = mail.tags.leaseId?.[0];
  return {
    messageId,
    kind,
    row,
    recipient: to,
    at,
    ...(diagnostic !== undefined && { diagnostic: diagnostic.slice(0, MAX_DIAGNOSTIC).toWellFormed() }),
    ...(leaseId !== undefined && { evidence: { leaseId, messageId: mail.messageId } }),
  };
}

type Said = Pick<FeedbackEvent, 'kind' | 'at' | 'diagnostic'> & { recipient?: string };

function saidBy(detail: z.output<typeof recordSchema>): Said {
  switch (detail.eventType) {
    case 'Send':
      return { kind: 'sent', at: detail.mail.timestamp };
    case 'Delivery':
      return { kind: 'delivered', at: detail.delivery.timestamp };
    case 'DeliveryDelay': {
      const { timestamp: at, delayType, delayedRecipients } = detail.deliveryDelay;
      return { kind: 'delayed', at, ...about(delayedRecipients, delayType) };
    }
    case 'Bounce': {
      const { timestamp: at, bounceType, bounceSubType, bouncedRecipients } = detail.bounce;
      // Undetermined ones may be delivered the next time.
      const kind = bounceType === 'Permanent' ? 'bounced' : 'softBounced';
      return { kind, at, ...about(bouncedRecipients, `${bounceType}/${bounceSubType}`) };
    }
    case 'Complaint': {
      const { timestamp: at, complainedRecipients, complaintFeedbackType } = detail.complaint;
      return { kind: 'complained', at, ...about(complainedRecipients, complaintFeedbackType ?? 'complaint') };
    }
    case 'Reject':
      return { kind: 'rejected', at: detail.mail.timestamp, diagnostic: detail.reject.reason };
  }
}

function about([first]: z.output<typeof recipients>, what: string): Pick<Said, 'recipient' | 'diagnostic'> {
  if (!first) return { diagnostic: what };
  const { emailAddress, diagnosticCode } = first;
  return { recipient: emailAddress, diagnostic: diagnosticCode === undefined ? what : `${what}: ${diagnosticCode}` };
}
