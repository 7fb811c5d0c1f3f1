import type { BrowserContextOptions, Page } from 'playwright-core';
import type { SendDetail } from '../../console/src/api/sends.ts';
import { SEND } from '../unit/console/send-detail.ts';
import { PHONE } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';

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

const BATCH = 'c0ffee01'.padEnd(64, '0');
const sendOf = (changes: Partial<SendDetail> = {}): SendDetail => ({
  ...SEND,
  sendId: `${BATCH}-7`,
  batchId: BATCH,
  ...changes,
});
const UNCONFIRMED = sendOf({
  status: 'ERROR',
  messageId: null,
  error: { code: 'DeliveryUnconfirmed', class: 'unconfirmed', message: 'The connection broke.' },
});

/** The page of a send at a time of day of the browser, which stands still but for `page.clock`. */
async function open(send: SendDetail, now = '10:10', options: BrowserContextOptions = {}): Promise<Page> {
  return shown.open(`/console/sends/${send.sendId}`, { timezoneId: 'UTC', ...options }, async (page) => {
    await page.clock.install({ time: `2026-11-25T${now}:00.000Z` });
    await page.route('**/graphql', (route) => route.fulfill({ json: { data: { send } } }));
  });
}

test('a send shows its history: registered, tried, accepted, and what was heard of it', async () => {
  const page = await open(
    sendOf({
      feedbackEvents: [
        { kind: 'DELIVERED', at: '2026-11-25T10:00:07.000Z', reason: null },
        { kind: 'BOUNCED', at: '2026-11-25T10:01:00.000Z', reason: 'Permanent/General: 550 5.1.1 user unknown' },
      ],
    }),
  );
  const history = page.locator('.pg-history li');
  await history.nth(4).waitFor();
  expect(await history.allInnerTexts()).toEqual([
    expect.stringMatching(/^2026-11-25, 10:00:00\.000\s+Registered$/),
    expect.stringMatching(/^2026-11-25, 10:00:05\.000\s+Attempt to send$/),
    expect.stringMatching(/^2026-11-25, 10:00:05\.080\s+Accepted by ses\s+Message id m-1$/),
    expect.stringMatching(/^2026-11-25, 10:00:07\.000\s+Delivered$/),
    expect.stringMatching(/^2026-11-25, 10:01:00\.000\s+Bounced\s+Permanent\/General: 550 5\.1\.1 user unknown$/),
  ]);
  const list = page.getByRole('link', { name: 'Suppression list', exact: true }).last();
  expect(await list.getAttribute('href')).toBe('/console/suppressions?address=ana%40example.com');
});

test('an email without an event says when one may come', async () => {
  const page = await open(sendOf());
  await page.getByText(/appears here when SES tells it/).waitFor();
});

test('an unconfirmed email asks for patience for an hour, and then says what silence means and what not', async () => {
  const page = await open(UNCONFIRMED, '10:59');
  await page.getByText(/Wait until 2026-11-25, 11:00:05 before you decide/).waitFor();
  expect(await page.getByText(/This is no proof/).count()).toBe(0);

  await page.clock.fastForward('02:00');
  await page.getByText('No event of SES has come for an hour').waitFor();
  await page.getByText(/This is no proof: events are delivered by best effort/).waitFor();
  await page.getByText(/some may get two copies/).waitFor();
  await page.getByText(/some may have got none/).waitFor();
  await page.getByText(/If an event comes after all, its row becomes sent/).waitFor();
});

test('an unconfirmed email of a provider without events leads to that provider', async () => {
  const page = await open({ ...UNCONFIRMED, channel: 'email', provider: 'mailgun' }, '12:00');
  await page.getByText(/Look for the address at mailgun/).waitFor();
  expect(await page.getByText(/No event of SES/).count()).toBe(0);
});

test('an unconfirmed email of another channel offers no retry of a campaign', async () => {
  const page = await open({ ...UNCONFIRMED, channel: 'email' }, '12:00');
  await page.getByText(/Nothing sends it again by itself/).waitFor();
  expect(await page.getByText(/retry of the campaign/).count()).toBe(0);
});

test('the page fits a phone, in Spanish too', async () => {
  const page = await open(UNCONFIRMED, '12:00', { viewport: PHONE, locale: 'es-ES' });
  await page.getByText('No ha llegado ningún evento de SES en una hora').waitFor();
  await page.getByRole('heading', { name: 'Historial' }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
});
