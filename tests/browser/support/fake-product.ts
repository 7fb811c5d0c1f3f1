import type { Page, Route } from 'playwright-core';
import { campaignOf, FakeCampaigns } from './fake-campaigns.ts';

export const CAMPAIGN = campaignOf({ batchId: `c0ffee${'0'.repeat(58)}`, campaignId: 'spring' });

export const SEND = {
  sendId: `${CAMPAIGN.batchId}-7`,
  batchId: CAMPAIGN.batchId,
  rowNumber: 7,
  email: 'ana@example.com',
  subject: 'Welcome',
  status: 'ERROR',
  channel: 'campaign',
  attempts: 1,
  provider: 'ses',
  messageId: null,
  createdAt: '2026-11-25T10:00:00.000Z',
  updatedAt: '2026-11-25T10:00:05.000Z',
  feedbackEvents: [{ kind: 'SOFT_BOUNCED', at: '2026-11-25T10:00:07.000Z', reason: null }],
  lastAttemptAt: null,
  error: { code: 'MessageRejected', class: 'recipient', message: 'Address refused' },
};

const EMAIL = {
  from: 'a@example.com',
  subject: 'Hi',
  recipient: 'ana@example.com',
  state: 'SENT',
  retries: 0,
  provider: 'ses',
  content: 'x',
  lastAttemptAt: null,
};

const ORDER = {
  orderId: 'ORD-001',
  status: 'completed',
  description: 'Mantenimiento',
  registerDate: '2025-01-31',
  deliveryDate: '',
  reasonForCancellation: '',
  customer: { email: 'ana@example.com' },
  version: 2,
  timeline: [
    { status: 'received', at: '2026-11-22T10:00:00Z', changedAt: '2026-11-22T10:00:00Z', notified: false },
    {
      status: 'completed',
      at: '2026-11-22T11:00:00Z',
      changedAt: '2026-11-22T11:00:00Z',
      notified: true,
      batchId: 'n1',
    },
  ],
};

/** One thing of each kind; every other id is unknown to each part of the API, or refused as no id. */
export async function answerProduct(page: Page): Promise<void> {
  const fake = new FakeCampaigns();
  fake.campaigns = [CAMPAIGN];
  await fake.answer(page);
  const one = (path: string, body: object) =>
    page.route(
      ({ pathname }) => pathname.startsWith(path.slice(0, path.lastIndexOf('/') + 1)),
      (route) =>
        new URL(route.request().url()).pathname === path
          ? route.fulfill({ json: body })
          : route.fulfill({ status: 404, json: { title: 'Not found', detail: 'None.' } }),
    );
  await one('/emails/b1', { status: 'success', data: { emails: [EMAIL] } });
  await one('/v1/requests/r1', { id: 'r1', status: 'failed' });
  await one('/orders/ORD-001', ORDER);
  await answerRows(page);
}

/** Answers GraphQL in the page: the one send, and rows of any campaign, of which every seventh is in ERROR. */
export async function answerRows(page: Page): Promise<void> {
  await page.route(
    ({ pathname }) => pathname === '/graphql',
    // The document of a page has the same path.
    (route) => (route.request().isNavigationRequest() ? route.continue() : answerGraphql(route)),
  );
}

function answerGraphql(route: Route): Promise<void> {
  const { query } = route.request().postDataJSON() as { query: string };
  if (query.includes('listEmailStatus')) {
    const sends = query.includes('ana@example.com') ? [SEND, { ...SEND, sendId: 'b1-1', channel: 'email' }] : [];
    return route.fulfill({ json: { data: { listEmailStatus: sends } } });
  }
  const asked = [...query.matchAll(/(s\d+): send\(sendId: "[^"]*-(\d+)"\)/g)];
  if (asked.length > 0) {
    return route.fulfill({
      json: { data: Object.fromEntries(asked.map(([, alias, row]) => [alias, rowOf(Number(row))])) },
    });
  }
  return route.fulfill({ json: { data: { send: query.includes(SEND.sendId) ? SEND : null } } });
}

function rowOf(rowNumber: number) {
  const refused = { code: 'MessageRejected', class: 'recipient', message: 'Address refused' };
  const isRefused = rowNumber % 7 === 0;
  return {
    rowNumber,
    email: `row${rowNumber}@example.com`,
    subject: 'Hello',
    status: isRefused ? 'ERROR' : 'SENT',
    attempts: 1,
    error: isRefused ? refused : null,
  };
}
