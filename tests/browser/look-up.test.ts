import type { Page, Route } from 'playwright-core';
import { PHONE } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { campaignOf, FakeCampaigns } from './support/fake-campaigns.ts';

let shown: TestConsole;

beforeAll(async () => {
  shown = await startConsole([]);
});

afterEach(async () => {
  await shown.browser.closePages();
  expect(shown.browser.foreign).toEqual([]);
  expect(shown.browser.errors).toEqual([]);
});

afterAll(() => shown.close());

const CAMPAIGN = campaignOf({ batchId: `c0ffee${'0'.repeat(58)}`, campaignId: 'spring' });
const SEND = {
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
async function answer(page: Page): Promise<void> {
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
  await page.route(({ pathname }) => pathname === '/graphql', answerGraphql);
}

function answerGraphql(route: Route): Promise<void> {
  const { query } = route.request().postDataJSON() as { query: string };
  if (query.includes('listEmailStatus')) {
    const sends = query.includes('ana@example.com') ? [SEND, { ...SEND, sendId: 'b1-1', channel: 'email' }] : [];
    return route.fulfill({ json: { data: { listEmailStatus: sends } } });
  }
  return route.fulfill({ json: { data: { send: query.includes(SEND.sendId) ? SEND : null } } });
}

async function lookUp(page: Page, text: string): Promise<void> {
  await page.getByLabel('Id or address').fill(text);
  await page.keyboard.press('Enter');
}

test.each([
  ['a batch id', CAMPAIGN.batchId, `/console/campaigns/${CAMPAIGN.batchId}`],
  ['the beginning of a batch id', 'c0ffee00', `/console/campaigns/${CAMPAIGN.batchId}`],
  ['a campaignId', 'spring', `/console/campaigns/${CAMPAIGN.batchId}`],
  ['a send', SEND.sendId, `/console/sends/${SEND.sendId}`],
  ['an email batch', ' b1 ', '/console/emails/b1'],
  ['a request', 'r1', '/console/requests/r1'],
  ['an order', 'ORD-001', '/console/orders/ORD-001'],
])('%s leads to its page', async (_what, text, path) => {
  const page = await shown.open('/console/look-up', {}, answer);
  await lookUp(page, text);
  await page.waitForURL(`**${path}`);
});

test('an address leads to everything that was sent to it', async () => {
  const page = await shown.open('/console/look-up', {}, answer);
  await lookUp(page, 'ana@example.com');
  await page.getByRole('grid', { name: 'Found' }).getByRole('link', { name: SEND.sendId }).click();
  await page.getByRole('heading', { name: 'ana@example.com', level: 1 }).waitFor();
  await page.getByText('Address refused').waitFor();
  const campaign = page.getByRole('link', { name: 'Campaign', exact: true });
  expect(await campaign.getAttribute('href')).toBe(`/console/campaigns/${CAMPAIGN.batchId}?email=ana%40example.com`);
});

test('what names nothing is said', async () => {
  const page = await shown.open('/console/look-up?q=nonsense', {}, answer);
  await page.getByText('Nothing found').waitFor();
});

test('an order shows its changes and the email about each, a request its status, on a phone too', async () => {
  const page = await shown.open('/console/orders/ORD-001', { viewport: PHONE }, answer);
  await page.getByText('No customer to notify').waitFor();
  expect(await page.getByRole('link', { name: 'Email', exact: true }).getAttribute('href')).toBe('/console/emails/n1');
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  await page.goto(`${shown.pages.url}/console/requests/r1`);
  await page.getByText('Failed', { exact: true }).waitFor();
});
