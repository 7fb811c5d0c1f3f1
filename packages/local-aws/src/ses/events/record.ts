import { randomUUID } from 'node:crypto';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import type { JsonObject } from '../../json.ts';
import type { EventType } from '../definitions.ts';
import type { AcceptedMessage } from '../state/outbox.ts';
import type { Fate } from './fate.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-ses.html */
export const DETAIL_TYPES: Readonly<Record<EventType, string>> = {
  SEND: 'Email Sent',
  DELIVERY: 'Email Delivered',
  DELIVERY_DELAY: 'Email Delivery Delayed',
  BOUNCE: 'Email Bounced',
  COMPLAINT: 'Email Complaint Received',
  REJECT: 'Email Rejected',
};

const MTA = 'local.amazonses.example';
const DELAY_EXPIRES_MS = 14 * 3_600_000;

/**
 * The record of an event, as SES publishes it. `at` is the time of the event, in milliseconds since the epoch.
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
 */
export function eventRecord(message: AcceptedMessage, recipient: string, fate: Fate, at: number): JsonObject {
  const timestamp = new Date(at).toISOString();
  const feedbackId = `0100${randomUUID().replaceAll('-', '').slice(0, 12)}-${randomUUID()}-000000`;
  const mail = mailOf(message);
  switch (fate.type) {
    case 'SEND':
      return { eventType: 'Send', mail, send: {} };
    case 'DELIVERY':
      return {
        eventType: 'Delivery',
        mail,
        delivery: {
          timestamp,
          processingTimeMillis: at - message.acceptedAt,
          recipients: [recipient],
          smtpResponse: '250 2.6.0 Message received',
          reportingMTA: MTA,
        },
      };
    case 'DELIVERY_DELAY':
      return {
        eventType: 'DeliveryDelay',
        mail,
        deliveryDelay: {
          timestamp,
          delayType: 'TransientCommunicationFailure',
          expirationTime: new Date(at + DELAY_EXPIRES_MS).toISOString(),
          delayedRecipients: [
            {
              emailAddress: recipient,
              status: '4.4.1',
              diagnosticCode: 'smtp; 421 4.4.1 Unable to connect to remote host',
            },
          ],
        },
      };
    case 'BOUNCE': {
      const { bounceType, bounceSubType } = fate;
      return {
        eventType: 'Bounce',
        bounce: {
          feedbackId,
          bounceType,
          bounceSubType,
          bouncedRecipients: [{ emailAddress: recipient, action: 'failed', ...diagnosisOf(fate) }],
          timestamp,
          reportingMTA: `dns; ${MTA}`,
        },
        mail,
      };
    }
    case 'COMPLAINT':
      return {
        eventType: 'Complaint',
        complaint: {
          feedbackId,
          complaintSubType: null,
          complainedRecipients: [{ emailAddress: recipient }],
          timestamp,
          userAgent: 'Amazon SES Simulator',
          complaintFeedbackType: 'abuse',
          arrivalDate: timestamp,
        },
        mail,
      };
    default:
      return { eventType: 'Reject', mail, reject: { reason: 'Bad content' } };
  }
}

function diagnosisOf({ bounceType, bounceSubType }: Extract<Fate, { type: 'BOUNCE' }>): JsonObject {
  if (bounceSubType === 'Suppressed') {
    return {
      status: '5.1.1',
      diagnosticCode: 'Amazon SES has suppressed sending to this address because it has a recent history of bouncing.',
    };
  }
  return bounceType === 'Permanent'
    ? { status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' }
    : { status: '4.2.0', diagnosticCode: 'smtp; 450 4.2.0 temporarily unavailable' };
}

function mailOf({
  from,
  recipients,
  subject,
  headers,
  tags,
  messageId,
  acceptedAt,
  configurationSet,
}: AcceptedMessage) {
  const address = /<([^<>]*)>\s*$/.exec(from)?.[1] ?? from;
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const to = [...recipients];
  return {
    timestamp: new Date(acceptedAt).toISOString(),
    source: from,
    sourceArn: `arn:aws:ses:${LOCAL_REGION}:${LOCAL_ACCOUNT}:identity/${domain}`,
    sendingAccountId: LOCAL_ACCOUNT,
    messageId,
    destination: to,
    headersTruncated: false,
    headers: Object.entries({ From: from, To: to.join(', '), Subject: subject, ...headers }).map(([name, value]) => ({
      name,
      value,
    })),
    commonHeaders: { from: [from], to, messageId, subject },
    tags: {
      'ses:operation': ['SendEmail'],
      'ses:configuration-set': [configurationSet ?? ''],
      'ses:source-ip': ['127.0.0.1'],
      'ses:from-domain': [domain],
      'ses:caller-identity': ['local'],
      ...Object.fromEntries([...tags].map(([name, value]) => [name, [value]])),
    },
  };
}
