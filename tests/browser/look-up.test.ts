import type { Page } from 'playwright-core';
import { PHONE } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { answerProduct, CAMPAIGN, SEND } from './support/fake-product.ts';

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
  const page = await shown.open('/console/look-up', {}, answerProduct);
  await lookUp(page, text);
  await page.waitForURL(`**${path}`);
});

test('an address leads to everything that was sent to it', async () => {
  const page = await shown.open('/console/look-up', {}, answerProduct);
  await lookUp(page, 'ana@example.com');
  await page.getByRole('grid', { name: 'Found' }).getByRole('link', { name: SEND.sendId }).click();
  await page.getByRole('heading', { name: 'ana@example.com', level: 1 }).waitFor();
  await page.getByText('Address refused').first().waitFor();
  const campaign = page.getByRole('link', { name: 'Campaign', exact: true });
  expect(await campaign.getAttribute('href')).toBe(`/console/campaigns/${CAMPAIGN.batchId}?email=ana%40example.com`);
});

test('what names nothing is said', async () => {
  const page = await shown.open('/console/look-up?q=nonsense', {}, answerProduct);
  await page.getByText('Nothing found').waitFor();
});

test('an order shows its changes and the email about each, a request its status, on a phone too', async () => {
  const page = await shown.open('/console/orders/ORD-001', { viewport: PHONE }, answerProduct);
  await page.getByText('No customer to notify').waitFor();
  expect(await page.getByRole('link', { name: 'Email', exact: true }).getAttribute('href')).toBe('/console/emails/n1');
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  await page.goto(`${shown.pages.url}/console/requests/r1`);
  await page.getByText('Failed', { exact: true }).waitFor();
});
