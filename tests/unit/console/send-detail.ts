import type { SendDetail } from '../../../console/src/api/sends.ts';

/** A row of a campaign that was sent at once, of which no event has come. */
export const SEND: SendDetail = {
  sendId: 'b1-7',
  batchId: 'b1',
  rowNumber: 7,
  email: 'ana@example.com',
  subject: 'Welcome',
  status: 'SENT',
  channel: 'campaign',
  attempts: 1,
  provider: 'ses',
  messageId: 'm-1',
  createdAt: '2026-11-25T10:00:00.000Z',
  updatedAt: '2026-11-25T10:00:05.080Z',
  lastAttemptAt: '2026-11-25T10:00:05.000Z',
  feedbackEvents: [],
  error: null,
};
