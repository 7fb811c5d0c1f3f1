import type { SendDetail } from '../../../console/src/api/sends.ts';
import { historyOf } from '../../../console/src/sends/history.ts';
import { SEND } from './send-detail.ts';

const errorOf = (code: string, message: string, errorClass = 'recipient') => ({ code, class: errorClass, message });
const textsOf = (changes: Partial<SendDetail>) =>
  historyOf({ ...SEND, ...changes }).map(({ text, at, detail }) => [text, at, detail]);

describe('the history of a send', () => {
  test('begins with its registration, and ends with what was heard of it', () => {
    expect(
      textsOf({
        feedbackEvents: [
          { kind: 'DELAYED', at: '2026-11-25T10:01:00.000Z', reason: '451 try later' },
          { kind: 'DELIVERED', at: '2026-11-25T10:05:00.000Z', reason: null },
        ],
      }),
    ).toEqual([
      ['Registered', SEND.createdAt, undefined],
      ['Attempt to send', SEND.lastAttemptAt, undefined],
      ['Accepted by ses', SEND.updatedAt, 'Message id m-1'],
      ['Delayed', '2026-11-25T10:01:00.000Z', '451 try later'],
      ['Delivered', '2026-11-25T10:05:00.000Z', undefined],
    ]);
  });

  test('has no attempt before the first, and says where the send waits', () => {
    const waiting = { attempts: 0, lastAttemptAt: null, provider: null, messageId: null } as const;
    expect(textsOf({ ...waiting, status: 'PENDING' }).map(([text]) => text)).toEqual([
      'Registered',
      'Waits to be queued',
    ]);
    expect(textsOf({ ...waiting, status: 'QUEUED' }).map(([text]) => text)).toEqual(['Registered', 'In the queue']);
  });

  test('says that of several attempts only the last one is stored, and why it failed', () => {
    const error = errorOf('ProviderUnavailable', 'SES: 503', 'transient');
    expect(textsOf({ status: 'ERROR', attempts: 6, messageId: null, error }).slice(1)).toEqual([
      ['Attempt 6', SEND.lastAttemptAt, 'Of the attempts before, only their number is stored.'],
      ['The provider did not take the email', SEND.updatedAt, 'SES: 503'],
    ]);
  });

  test('shows an unconfirmed row as a warning, not as an error', () => {
    const error = errorOf('DeliveryUnconfirmed', 'The connection broke.', 'unconfirmed');
    expect(historyOf({ ...SEND, status: 'ERROR', messageId: null, error }).at(-1)).toMatchObject({
      type: 'warning',
      text: 'It is not known whether the email was sent',
    });
  });

  test('keeps what an operator decided about an email that was sent again', () => {
    const error = errorOf('DeliveryUnconfirmed', 'Sent again by an operator on 2026-11-25.', 'unconfirmed');
    expect(textsOf({ attempts: 2, error })[1]).toEqual([
      'It is not known whether the email was sent',
      null,
      'Sent again by an operator on 2026-11-25.',
    ]);
  });
});
