import type { BrowserContextOptions, Page } from 'playwright-core';
import { PHONE } from './support/browser.ts';
import { campaignsAt, startConsole, type TestConsole } from './support/console.ts';
import { campaignOf, FakeCampaigns } from './support/fake-campaigns.ts';
import { answerRows } from './support/fake-product.ts';
import { executionArn } from './support/fake-states.ts';
import { servePages } from './support/page-server.ts';

let shown: TestConsole;
/** Queries of the mailbox so far. */
let asked: URLSearchParams[];

beforeAll(async () => {
  shown = await startConsole(campaignsAt(Date.now() / 1000));
});

beforeEach(() => {
  asked = [];
});

afterEach(async () => {
  await shown.browser.closePages();
  expect(shown.browser.foreign).toEqual([]);
});

afterAll(() => shown.close());

const MESSAGES = [
  {
    to: 'carla@example.com',
    from: 'hello@pregon.test',
    subject: 'Your order',
    text: 'Thanks, Carla',
    html: '<h1>Thanks, Carla</h1><script>document.title = "ran"</script><img src="https://evil.example/x.png">',
    headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    messageId: 'm-2',
    sendId: 'large-77',
    batchId: 'large',
    channel: 'campaign',
    provider: 'ses',
    sentAt: '2026-11-22T10:00:00.000Z',
  },
  {
    to: '+34600000000',
    text: 'Hola',
    headers: {},
    messageId: 'm-1',
    batchId: 'r1',
    channel: 'sms',
    provider: 'notify',
    sentAt: '2026-11-22T09:00:00.000Z',
  },
];

async function answer(page: Page): Promise<void> {
  const campaigns = new FakeCampaigns();
  campaigns.campaigns = [campaignOf({ batchId: 'large', executionArn: executionArn('large') })];
  await campaigns.answer(page);
  await answerRows(page);
  await page.route(
    ({ pathname }) => pathname === '/_local/mailbox',
    (route) => {
      const query = new URL(route.request().url()).searchParams;
      asked.push(query);
      const wanted = query.get('search') ?? query.get('to') ?? '';
      const messages = MESSAGES.filter(({ to, subject = '' }) => `${to} ${subject}`.includes(wanted));
      return route.fulfill({ json: { count: messages.length, messages } });
    },
  );
}

const open = (path: string, options: BrowserContextOptions = {}) => shown.open(path, options, answer);

test('a message is read as HTML, text, headers and source, and its HTML runs and loads nothing', async () => {
  const page = await open('/console/mailbox');
  await page.getByRole('link', { name: 'Your order' }).click();
  const pane = page.getByRole('complementary', { name: 'Your order' });
  await pane.getByRole('tabpanel').waitFor();
  await page.frameLocator('iframe').getByRole('heading', { name: 'Thanks, Carla' }).waitFor();
  expect(await pane.locator('iframe').getAttribute('sandbox')).toBe('');
  expect(await page.title()).toBe('Mailbox · Pregón');
  await pane.getByRole('tab', { name: 'Text' }).click();
  await pane.getByText('Thanks, Carla', { exact: true }).waitFor();
  await pane.getByRole('tab', { name: 'Headers' }).click();
  await pane.getByText('List-Unsubscribe=One-Click').waitFor();
  await pane.getByRole('tab', { name: 'Source' }).click();
  await pane.getByText('Content-Type: text/html; charset=utf-8').waitFor();
  // The browser reports the picture that it did not load.
  expect(shown.browser.errors.splice(0).every((text) => text.includes('Content Security Policy'))).toBe(true);
});

test('it is searched by text, or by a whole address, newest first', async () => {
  const page = await open('/console/mailbox');
  const rows = page.getByRole('grid', { name: 'Mailbox' }).getByRole('row');
  await page.getByRole('searchbox').fill('order');
  await rows.nth(2).waitFor({ state: 'detached' });
  expect(asked.at(-1)?.get('search')).toBe('order');
  await page.getByRole('searchbox').fill('nobody@example.com');
  await page.getByText('No matches').waitFor();
  expect(Object.fromEntries(asked.at(-1) ?? [])).toMatchObject({ to: 'nobody@example.com', order: 'newest' });
});

test('a message leads to its row and on to the execution that sent it', async () => {
  const page = await open('/console/mailbox');
  await page.getByRole('link', { name: 'Your order' }).click();
  await page.getByRole('link', { name: 'Trace' }).click();
  await page.getByRole('heading', { name: 'Row 77 · row77@example.com', level: 1 }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: /Mailbox/, level: 1 }).waitFor();
});

test('a message without a subject leads to its request', async () => {
  const page = await open('/console/mailbox');
  await page.getByRole('link', { name: '(no subject)' }).click();
  const link = page.getByRole('link', { name: 'Request' });
  expect(await link.getAttribute('href')).toBe('/console/requests/r1');
});

test('on a phone a message opens over the list, and everything fits the page', async () => {
  const page = await open('/console/mailbox', { viewport: PHONE, hasTouch: true });
  await page.getByRole('link', { name: 'Your order' }).tap();
  await page.getByRole('dialog', { name: 'Your order' }).getByRole('tab', { name: 'Text' }).tap();
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  shown.browser.errors.splice(0);
});

test('a stack on AWS has no mailbox, and does not list one', async () => {
  const deployed = await servePages(shown.folder, undefined, { deployed: true });
  const page = await shown.browser.open(`${deployed.url}/console/look-up`, {}, async (opened) => {
    await opened.addInitScript("sessionStorage.setItem('pregon.apiKey', 'k')");
  });
  await page.getByRole('link', { name: 'Campaigns' }).waitFor();
  const listed = await page.getByRole('link', { name: 'Mailbox' }).count();
  await page.goto(`${deployed.url}/console/mailbox`);
  await page.getByText('There is no mailbox on AWS').waitFor();
  await deployed.close();
  expect(listed).toBe(0);
});
