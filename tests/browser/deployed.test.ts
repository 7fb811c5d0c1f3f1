import { builtPages, TestBrowser } from './support/browser.ts';
import { campaignOf, FakeCampaigns, sendOf } from './support/fake-campaigns.ts';
import { type PageServer, servePages } from './support/page-server.ts';

/** The pages as AWS serves them: without the settings of a local stack. */
let pages: PageServer;
let browser: TestBrowser;
const fake = new FakeCampaigns();

beforeAll(async () => {
  pages = await servePages(await builtPages(), undefined, { deployed: true });
  browser = await TestBrowser.launch();
  fake.campaigns = [campaignOf()];
  fake.sends = [sendOf(1)];
  fake.key = 'right-key';
});

afterAll(async () => {
  await browser.close();
  await pages.close();
});

test('the key is asked once, kept for the session and forgotten on request, and traces lead to AWS', async () => {
  const page = await browser.open(`${pages.url}/console`, {}, (opened) => fake.answer(opened));
  await page.getByLabel('API key').fill('wrong-key');
  await page.keyboard.press('Enter');
  await page.getByText('This key is not valid, or does not have the scope read.').first().waitFor();
  await page.getByLabel('API key').fill('right-key');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'welcome.csv' }).click();
  const trace = page.getByRole('link', { name: /Step Functions console/ });
  const inAws = `#/v2/executions/details/${fake.campaigns[0]?.executionArn}`;
  expect(await trace.getAttribute('href')).toContain(inAws);
  const ofRow = page.getByRole('row', { name: /ana1@example.com/ }).getByRole('link', { name: 'Trace' });
  expect(await ofRow.getAttribute('href')).toContain(inAws);

  await page.reload();
  await page.getByRole('heading', { name: /welcome.csv/, level: 1 }).waitFor();
  expect(await page.evaluate('Object.values(localStorage).join()')).not.toContain('right-key');

  await page.getByRole('button', { name: 'Use another key' }).click();
  await page.getByLabel('API key').waitFor();
  expect(browser.foreign).toEqual([]);
  expect(browser.errors).toEqual([]);
});
