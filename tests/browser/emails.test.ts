import type { Page } from 'playwright-core';
import { PHONE } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';

let shown: TestConsole;

beforeAll(async () => {
  shown = await startConsole([]);
});

afterEach(() => shown.browser.closePages());

afterAll(async () => {
  await shown.close();
  expect(shown.browser.foreign).toEqual([]);
});

const email = (recipient: string, changes: object = {}) => ({
  batchId: 'b1',
  from: 'sender@example.com',
  subject: 'Welcome',
  recipient,
  status: true,
  state: 'SENT',
  retries: 0,
  provider: 'mailgun',
  content: 'Hello,\n<b>you</b>',
  lastAttemptAt: '2026-11-22T10:00:00.000Z',
  ...changes,
});

/** Answers the product's API in the page: one batch, whose emails the test may change. */
async function openLookUp(emails: object[], options: Parameters<TestConsole['open']>[1] = {}): Promise<Page> {
  const page = await shown.open('/console/emails', options);
  await page.route(
    ({ pathname }) => pathname.startsWith('/emails/'),
    (route) =>
      route.request().url().endsWith('/b1')
        ? route.fulfill({ json: { status: 'success', data: { emails } } })
        : route.fulfill({ status: 404, json: { detail: 'There is none.' } }),
  );
  return page;
}

async function lookUp(page: Page, batchId: string) {
  await page.getByLabel('Batch id').fill(batchId);
  await page.getByRole('button', { name: 'Check email batch status' }).click();
}

test('a batch is looked up by its id, and followed until its emails have ended', async () => {
  const emails: object[] = [
    email('pedro@example.com', { state: 'QUEUED', status: false, provider: null, lastAttemptAt: null }),
    email('ana@example.com', {
      state: 'ERROR',
      status: false,
      retries: 2,
      provider: 'ses',
      error: { code: 'ProviderUnavailable', message: 'mailgun: 500 down; ses: 503 away', retryable: true },
    }),
  ];
  const page = await openLookUp(emails);
  await lookUp(page, ' b1 ');
  await page.getByText('0 sent, 1 queued, 1 in error').waitFor();
  expect(new URL(page.url()).pathname).toBe('/console/emails/b1');
  expect(await page.getByRole('row', { name: /ana@example.com/ }).textContent()).toMatch(
    /mailgun: 500 down.*ses: 503 away/,
  );

  emails[0] = email('pedro@example.com');
  await page.getByText('1 sent, 0 queued, 1 in error').waitFor();
});

test('an unknown id is reported as unknown', async () => {
  const page = await openLookUp([]);
  await lookUp(page, 'nothing');
  await page.getByText('No such batch').waitFor();
});

test('it is used with the keyboard alone, on a phone', async () => {
  const page = await openLookUp([email('pedro@example.com')], { viewport: PHONE });
  await page.getByLabel('Batch id').fill('b1');
  await page.keyboard.press('Enter');
  await page.getByText('1 sent, 0 queued, 0 in error').waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
});
