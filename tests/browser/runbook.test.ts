import { PHONE } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { campaignOf, FakeCampaigns } from './support/fake-campaigns.ts';
import { servePages } from './support/page-server.ts';
import { isInView, until } from './support/until.ts';

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

test('the reason of a campaign that stopped leads to its section of the runbook', async () => {
  const fake = new FakeCampaigns();
  fake.campaigns = [campaignOf({ status: 'FAILED', reason: 'DailyQuotaExceeded: refused.' })];
  const page = await shown.open(`/console/campaigns/${fake.campaigns[0]?.batchId}`, {}, (each) => fake.answer(each));
  await page.getByRole('link', { name: 'What the runbook says about it' }).click();
  await page.getByRole('heading', { name: 'The daily quota', exact: true }).waitFor();
  await until(() => isInView(page, '#the-daily-quota'));
  expect(await isInView(page, '#alarms')).toBe(false);
});

test('a link within the runbook leads to its section, on a phone too', async () => {
  const page = await shown.open('/console/runbook', { viewport: PHONE });
  await page.getByRole('link', { name: 'the daily quota' }).first().click();
  await until(() => isInView(page, '#the-daily-quota'));
  expect(new URL(page.url()).hash).toBe('#the-daily-quota');
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
});

test('a deployed stack has it too, without a key', async () => {
  const deployed = await servePages(shown.folder, undefined, { deployed: true });
  const page = await shown.browser.open(`${deployed.url}/console/runbook#unconfirmed-rows`);
  await page.getByRole('heading', { name: 'Unconfirmed rows', exact: true }).waitFor();
  await until(() => isInView(page, '#unconfirmed-rows'));
  // The server waits for the connections of its pages.
  await shown.browser.closePages();
  await deployed.close();
});
