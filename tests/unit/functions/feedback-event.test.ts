import { feedbackOf, sesEventSchema } from '../../../functions/feedback/event.ts';

const mail = {
  timestamp: '2026-11-22T10:00:00.000Z',
  source: 'Shop <news@shop.example>',
  sendingAccountId: '000000000000',
  messageId: 'EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000',
  destination: ['ana@example.com'],
  headersTruncated: false,
  headers: [{ name: 'From', value: 'Shop <news@shop.example>' }],
  commonHeaders: { from: ['Shop <news@shop.example>'], to: ['ana@example.com'], subject: 'Hi' },
  tags: { 'ses:configuration-set': ['pregon-dev-sending'], sendId: ['spring-abc-12'], leaseId: ['lease-1'] },
};
const envelope = (detail: object) => ({
  version: '0',
  id: 'event-1',
  'detail-type': 'Email Bounced',
  source: 'aws.ses',
  account: '000000000000',
  time: '2026-11-22T10:00:02Z',
  region: 'us-east-1',
  resources: ['arn:aws:ses:us-east-1:000000000000:configuration-set/pregon-dev-sending'],
  detail,
});
const read = (detail: object) => feedbackOf('message-1', sesEventSchema.parse(envelope(detail)));
const common = {
  messageId: 'message-1',
  row: { batchId: 'spring-abc', rowNumber: 12 },
  recipient: 'ana@example.com',
  evidence: { leaseId: 'lease-1', messageId: mail.messageId },
};

/** The records are those of https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html */
describe('an event of SES', () => {
  const bounced = (bounceType: string, bounceSubType = 'General') => ({
    eventType: 'Bounce',
    mail,
    bounce: {
      bounceType,
      bounceSubType,
      bouncedRecipients: [
        {
          emailAddress: 'ana@example.com',
          action: 'failed',
          status: '5.1.1',
          diagnosticCode: 'smtp; 550 user unknown',
        },
      ],
      timestamp: '2026-11-22T10:00:02.669Z',
      feedbackId: 'f-1',
      reportingMTA: 'dsn; mta.example.com',
    },
  });

  it.each([
    ['sent', { eventType: 'Send', mail, send: {} }, { at: '2026-11-22T10:00:00.000Z' }],
    [
      'delivered',
      {
        eventType: 'Delivery',
        mail,
        delivery: { timestamp: '2026-11-22T10:00:02Z', recipients: ['ana@example.com'], smtpResponse: '250 ok' },
      },
      { at: '2026-11-22T10:00:02.000Z' },
    ],
    [
      'bounced',
      bounced('Permanent'),
      { at: '2026-11-22T10:00:02.669Z', diagnostic: 'Permanent/General: smtp; 550 user unknown' },
    ],
    [
      'softBounced',
      bounced('Transient', 'MailboxFull'),
      { at: '2026-11-22T10:00:02.669Z', diagnostic: 'Transient/MailboxFull: smtp; 550 user unknown' },
    ],
    [
      'softBounced',
      bounced('Undetermined', 'Undetermined'),
      { at: '2026-11-22T10:00:02.669Z', diagnostic: 'Undetermined/Undetermined: smtp; 550 user unknown' },
    ],
    [
      'complained',
      {
        eventType: 'Complaint',
        mail,
        complaint: {
          complainedRecipients: [{ emailAddress: 'ana@example.com' }],
          timestamp: '2026-11-22T10:00:03.000Z',
          feedbackId: 'f-2',
          complaintSubType: null,
          complaintFeedbackType: 'abuse',
        },
      },
      { at: '2026-11-22T10:00:03.000Z', diagnostic: 'abuse' },
    ],
    [
      'delayed',
      {
        eventType: 'DeliveryDelay',
        mail,
        deliveryDelay: {
          timestamp: '2026-11-22T10:00:04.000Z',
          delayType: 'TransientCommunicationFailure',
          delayedRecipients: [{ emailAddress: 'ana@example.com', status: '4.4.1', diagnosticCode: 'smtp; 421 4.4.1' }],
        },
      },
      { at: '2026-11-22T10:00:04.000Z', diagnostic: 'TransientCommunicationFailure: smtp; 421 4.4.1' },
    ],
    [
      'rejected',
      { eventType: 'Reject', mail, reject: { reason: 'Bad content' } },
      { at: '2026-11-22T10:00:00.000Z', diagnostic: 'Bad content' },
    ],
  ])('is read as %s', (kind, detail, more) => {
    expect(read(detail)).toEqual({ ...common, kind, ...more });
  });

  it('is ignored for an email that is not the product’s', () => {
    expect(read({ eventType: 'Send', mail: { ...mail, tags: {} } })).toBeUndefined();
    expect(read({ eventType: 'Send', mail: { ...mail, tags: { sendId: ['no row'] } } })).toBeUndefined();
  });

  it('proves no attempt without its leaseId', () => {
    const tags = { sendId: ['spring-abc-12'] };

    expect(read({ eventType: 'Send', mail: { ...mail, tags } })?.evidence).toBeUndefined();
  });

  it.each([
    ['of another source', { ...envelope(bounced('Permanent')), source: 'other' }],
    ['without its record', envelope({ eventType: 'Bounce', mail })],
    ['of an unknown type', envelope({ eventType: 'Open', mail })],
  ])('is refused %s', (_name, event) => {
    expect(sesEventSchema.safeParse(event).success).toBe(false);
  });
});
