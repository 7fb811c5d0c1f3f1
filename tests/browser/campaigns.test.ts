import type { BrowserContextOptions, Page } from 'playwright-core';
import { PHONE } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { campaignOf, errorOf, FakeCampaigns, sendOf } from './support/fake-campaigns.ts';
import { until } from './support/until.ts';

let shown: TestConsole;
let fake: FakeCampaigns;

beforeAll(async () => {
  shown = await startConsole([]);
});

beforeEach(() => {
  fake = new FakeCampaigns();
});

afterEach(async () => {
  await shown.browser.closePages();
  expect(shown.browser.foreign).toEqual([]);
  expect(shown.browser.errors).toEqual([]);
});

afterAll(() => shown.close());

const open = (path: string, options: BrowserContextOptions = {}): Promise<Page> =>
  shown.open(path, options, (page) => fake.answer(page));

const openCampaign = (query = ''): Promise<Page> => open(`/console/campaigns/${fake.campaigns[0]?.batchId}${query}`);

const UNCONFIRMED = {
  status: 'FAILED',
  reason: 'CampaignIncomplete: 4 rows failed, 2 are unconfirmed',
  counts: { PENDING: 0, QUEUED: 0, SENT: 292, ERROR: 6 },
  unconfirmed: 2,
  errors: [
    { code: 'ProviderUnavailable', count: 4 },
    { code: 'DeliveryUnconfirmed', count: 2 },
  ],
} as const;

test('without a campaign, home offers an upload and the example', async () => {
  const page = await open('/console');
  await page.getByRole('link', { name: 'Upload a CSV' }).waitFor();
  await page.getByRole('link', { name: 'Try it with the example' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/console/campaigns');
});

test('home follows its campaigns, and names what was not sent', async () => {
  const running = campaignOf({
    status: 'RUNNING',
    finishedAt: null,
    counts: { PENDING: 198, QUEUED: 0, SENT: 100, ERROR: 0 },
  });
  fake.campaigns = [
    running,
    campaignOf({ batchId: 'b'.repeat(64), ...UNCONFIRMED }),
    campaignOf({ batchId: 'd1', dryRun: true }),
  ];
  const page = await open('/console/campaigns');
  const grid = page.getByRole('grid', { name: 'Campaigns' });
  await grid.getByText('100 of 298').waitFor();
  await grid.getByText('Incomplete, 4 not sent, 2 unconfirmed').waitFor();
  await grid.getByText('Dry run', { exact: true }).waitFor();

  fake.campaigns[0] = campaignOf({ counts: { PENDING: 0, QUEUED: 0, SENT: 292, ERROR: 6 } });
  await grid.getByText('Sent, 6 failed').waitFor();
});

test('a hash is short, and copied whole', async () => {
  fake.campaigns = [campaignOf()];
  const page = await open('/console/campaigns');
  await page.getByText('c0ffee01', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Copy batch id' }).click();
  await page.getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(fake.campaigns[0]?.batchId);
});

test('thousands of campaigns are paged', async () => {
  fake.campaigns = Array.from({ length: 60 }, (_, index) =>
    campaignOf({ batchId: `batch-${index}`, campaignId: `campaign-${index}` }),
  );
  const page = await open('/console/campaigns');
  await page.getByRole('link', { name: 'campaign-0', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByRole('link', { name: 'campaign-25', exact: true }).waitFor();
});

test('failed rows are found from their number, by status and by address', async () => {
  fake.campaigns = [campaignOf(UNCONFIRMED)];
  fake.sends = [
    sendOf(1),
    sendOf(2, { status: 'ERROR', error: errorOf('ProviderUnavailable', 'Try later', true) }),
    sendOf(3, { status: 'ERROR', error: errorOf('DeliveryUnconfirmed', 'The connection was lost', false) }),
  ];
  const page = await openCampaign();
  await page.getByText('Every row was tried, and some failed').waitFor();
  await page.getByRole('link', { name: 'Failed: 4. Show the rows' }).click();
  const rows = page.getByRole('grid', { name: 'Rows' });
  await rows.getByRole('row', { name: /ana2@example.com.*Failed.*Try later/ }).waitFor();
  await rows.getByRole('row', { name: /ana3@example.com.*Unconfirmed/ }).waitFor();
  const trace = rows.getByRole('row', { name: /ana2@example.com/ }).getByRole('link', { name: 'Trace' });
  expect(await trace.getAttribute('href')).toBe(`/console/traces/${fake.sends[1]?.sendId}`);
  await until(async () => (await rows.getByText('ana1@example.com').count()) === 0);

  await page.getByRole('button', { name: /Filter by status/ }).click();
  await page.getByRole('option', { name: 'Any status' }).click();
  await page.getByLabel('Find a whole address').fill('ana1@example.com');
  await page.keyboard.press('Enter');
  await rows.getByRole('row', { name: /ana1@example.com.*Sent/ }).waitFor();
  await until(async () => (await rows.getByText('ana2@example.com').count()) === 0);
});

test('a campaign shows what was heard of its emails', async () => {
  fake.campaigns = [campaignOf({ feedback: { delivered: 281, bounced: 9, complained: 1, unsubscribed: 3 } })];
  const page = await openCampaign();
  for (const [label, count] of [
    ['Delivered', '281'],
    ['Bounced', '9'],
    ['Complained', '1'],
    ['Unsubscribed', '3'],
  ] as const) {
    await page.locator('.pg-tiles > div', { hasText: label }).getByText(count, { exact: true }).waitFor();
  }
  // 9 of 298 are below what AWS reviews; 1 of 298 complaints is above it.
  await page.getByText('3.02% of sent', { exact: true }).waitFor();
  await page.locator('.pg-tiles > div', { hasText: 'Complained' }).getByText('0.34% of sent').waitFor();
  expect(await page.locator('.pg-tiles').getByRole('img', { name: 'Warning' }).count()).toBe(1);
  const suppressed = page.getByText(/gets no more campaigns/).getByRole('link', { name: 'Suppression list' });
  expect(await suppressed.getAttribute('href')).toBe('/console/suppressions');
});

test('rows name the strongest of what was heard of them', async () => {
  fake.campaigns = [campaignOf()];
  fake.sends = [sendOf(1, { feedback: 'DELIVERED' }), sendOf(2, { feedback: 'COMPLAINED' }), sendOf(3)];
  const page = await openCampaign();
  const rows = page.getByRole('grid', { name: 'Rows' });
  await rows.getByRole('row', { name: /ana1@example.com.*Sent\s*Delivered/ }).waitFor();
  await rows.getByRole('row', { name: /ana2@example.com.*Sent\s*Complained/ }).waitFor();
  await rows.getByRole('row', { name: /ana3@example.com.*Sent\s*1/ }).waitFor();
});

test('unconfirmed rows ask for patience for an hour after the end, and then for a decision', async () => {
  fake.campaigns = [campaignOf(UNCONFIRMED)];
  const page = await shown.open(
    `/console/campaigns/${fake.campaigns[0]?.batchId}`,
    { timezoneId: 'UTC' },
    async (opened) => {
      await opened.clock.install({ time: '2026-11-25T10:59:00.000Z' });
      await fake.answer(opened);
    },
  );
  await page.getByText(/Wait until 2026-11-25, 11:00:08 before you decide/).waitFor();
  await page.clock.fastForward('02:00');
  await page.getByText('No event of SES has come for an hour').waitFor();
  await page.getByText(/This is no proof/).waitFor();

  fake.campaigns = [campaignOf({ ...UNCONFIRMED, status: 'RUNNING' })];
  await page.clock.fastForward('00:30');
  await page.getByText('No event of SES has come for an hour').waitFor({ state: 'detached' });
});

test('skipped rows are shown with their reasons', async () => {
  fake.campaigns = [campaignOf()];
  const page = await openCampaign();
  await page.getByRole('link', { name: 'Skipped: 2. Show the rows' }).click();
  await page.getByRole('row', { name: /7.*not-an-address.*is not a valid email address/ }).waitFor();
});

test('a retry asks what to do with unconfirmed rows, and sends nobody a second copy without being told', async () => {
  fake.campaigns = [campaignOf(UNCONFIRMED)];
  const page = await openCampaign();
  await page.getByRole('button', { name: 'Retry 4 failed rows' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The 292 that are sent are not sent again.').waitFor();
  expect(await dialog.getByRole('radio', { name: 'Leave them' }).isChecked()).toBe(true);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.waitFor({ state: 'hidden' });

  await page.getByRole('button', { name: 'Retry 4 failed rows' }).click();
  await dialog.getByRole('radio', { name: 'Send them again' }).click();
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await until(async () => fake.changes.length === 2);
  expect(fake.changes.map((each) => each.replace(/^.*redrive /, ''))).toEqual(['{}', '{"unconfirmed":"resend"}']);
});

test('a campaign whose account was paused says so, what is sent, and what to do', async () => {
  fake.campaigns = [
    campaignOf({
      status: 'FAILED',
      reason: 'SendingPaused: Sending is paused for this account.',
      enqueued: 400,
      counts: { PENDING: 254, QUEUED: 0, SENT: 146, ERROR: 0 },
    }),
  ];
  const page = await openCampaign();
  await page.getByText('SES has paused sending for this account', { exact: true }).waitFor();
  await page.getByText('146 sent, 254 not. Clear it in SES, then retry: exactly the unsent rows go.').waitFor();
  await page.getByRole('button', { name: 'Send the 254 unsent rows' }).waitFor();
});

test('a running campaign is paused, and the rate of the account is changed', async () => {
  fake.campaigns = [campaignOf({ status: 'RUNNING', counts: { PENDING: 200, QUEUED: 0, SENT: 98, ERROR: 0 } })];
  const page = await openCampaign();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await page.getByText('The campaign is pausing').waitFor();

  await page.getByRole('button', { name: 'Change rate' }).click();
  await page.getByLabel('Emails per second').fill('12.5');
  await page.getByRole('dialog').getByRole('button', { name: 'Set rate' }).click();
  await until(async () => fake.changes.length === 2);
  expect(fake.changes[1]).toBe('PUT /rate {"perSecond":12.5}');
});

test('the last answer stays while the API is away, and the page goes on when it is back', async () => {
  fake.campaigns = [campaignOf({ status: 'RUNNING', counts: { PENDING: 200, QUEUED: 0, SENT: 98, ERROR: 0 } })];
  const page = await openCampaign();
  await page.getByText('98 of 298').waitFor();
  fake.failing = 503;
  await page.getByText('Campaign cannot be refreshed').waitFor();
  await page.getByText('98 of 298').waitFor();
  fake.failing = undefined;
  fake.campaigns = [campaignOf()];
  await page.getByText('298 of 298').waitFor();
  await page.getByText('Campaign cannot be refreshed').waitFor({ state: 'detached' });
});

test('the pages are in Spanish where the browser is, and fit a phone', async () => {
  fake.campaigns = [campaignOf(UNCONFIRMED)];
  fake.sends = [sendOf(1)];
  const options = { viewport: PHONE, locale: 'es-ES' };
  const home = await open('/console/campaigns', options);
  await home.getByText('Incompleta, 4 sin enviar, 2 sin confirmar').waitFor();
  const page = await open(`/console/campaigns/${fake.campaigns[0]?.batchId}`, options);
  await page.getByText('Se intentaron todas las filas y algunas fallaron').waitFor();
  for (const each of [home, page]) {
    expect(await each.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  }
});

test('an unknown campaign is named as unknown', async () => {
  const page = await open('/console/campaigns/nothing');
  await page.getByText('There is no such campaign').waitFor();
});

test('the header has the stage, the rate and what is used of the quota, and says that SES has paused', async () => {
  Object.assign(fake.rate, { stage: 'dev', sendingEnabled: true });
  const page = await open('/console/campaigns');
  await page.getByRole('button', { name: 'Account: dev · 50/s · 298 of 50,000 in 24 h' }).click();
  await page.getByRole('menuitem', { name: 'Rate: 50 per second, 0 used now' }).waitFor();
  Object.assign(fake.rate, { sendingEnabled: false });
  await page.reload();
  await page.getByRole('button', { name: 'Account: SES has paused sending' }).waitFor();
});
