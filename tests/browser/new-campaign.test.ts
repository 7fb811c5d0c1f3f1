import type { BrowserContextOptions, Page } from 'playwright-core';
import { PHONE } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { campaignOf, FakeCampaigns, preflightOf } from './support/fake-campaigns.ts';
import { until } from './support/until.ts';

let shown: TestConsole;
let fake: FakeCampaigns;

beforeAll(async () => {
  shown = await startConsole([]);
});

beforeEach(() => {
  fake = new FakeCampaigns();
  fake.campaigns = [campaignOf()];
});

afterEach(async () => {
  await shown.browser.closePages();
  expect(shown.browser.foreign).toEqual([]);
  expect(shown.browser.errors).toEqual([]);
});

afterAll(() => shown.close());

const open = (options: BrowserContextOptions = {}, query = ''): Promise<Page> =>
  shown.open(`/console/campaigns/new${query}`, options, (page) => fake.answer(page));

const choose = (page: Page, text: string, name = 'spring.csv') =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

const next = (page: Page) => page.getByRole('button', { name: 'Next', exact: true }).click();

/** What was sent, apart from preflights. */
const sent = () => fake.changes.filter((each) => !each.includes('/preflight'));

test('a file is checked, tested and confirmed, and only the last click sends it', async () => {
  fake.preflight = preflightOf(298, {
    total: 300,
    skipped: 2,
    skippedRows: [{ row: 7, email: 'ana', reason: '"ana" is not a valid email address.' }],
    warnings: ['Two rows have tags of another tool.'],
  });
  const page = await open();
  await choose(page, 'email,subject,content\nana@example.com,Hi,Hello\n');
  await next(page);
  await page.getByRole('row', { name: /ana.*is not a valid email address/ }).waitFor();
  await page.getByText('Two rows have tags of another tool.').waitFor();
  await page.getByText('Hello Ana').waitFor();
  await next(page);
  await page.getByLabel('Name', { exact: true }).fill('spring');
  await page.getByLabel('From-name').fill('Shop');
  await page.getByLabel('My address').fill('me@example.com');
  await page.getByRole('button', { name: 'Send test' }).click();
  await page.getByText('The test is on its way to me@example.com.').waitFor();
  await next(page);
  await page
    .getByRole('heading', { name: 'Send 298 emails from news@shop.example, about 6 s at 50/s, about $0.04' })
    .waitFor();
  expect(sent()).toEqual([]);
  await page.getByRole('button', { name: 'Send 298 emails' }).click();
  await page.getByRole('heading', { name: /welcome.csv/, level: 1 }).waitFor();
  expect(sent()).toEqual(['POST /campaigns/upload campaignId=spring&fromName=Shop']);
  expect(fake.changes).toContain('POST /campaigns/preflight campaignId=spring&fromName=Shop&testTo=me@example.com');
});

test('a typo in a tag is noticed where it is written', async () => {
  const page = await open();
  await choose(page, 'sep=;\nEmail;Name\nana@example.com;Ana\n');
  await page.getByLabel('Subject').fill('Hi {{naem}}');
  await page.getByLabel('Content', { exact: true }).fill('Hello ');
  await page.getByText('{{naem}} is not a column of the file. Did you mean {{name}}?').waitFor();
  await next(page);
  await page.getByText('Correct the tags that are not columns of the file.', { exact: true }).waitFor();
  await page.getByLabel('Subject').fill('Hi {{name}}');
  await page.getByRole('button', { name: '{{name}}' }).click();
  await next(page);
  await page.getByText('Result of the check').first().waitFor();
  expect(fake.changes).toEqual(['POST /campaigns/preflight subject=Hi {{name}}&content=Hello {{name}}']);
});

test('a content that looks like HTML asks how to send it, and is shown without running its scripts', async () => {
  const text = '<p>Hello Ana</p><script>parent.document.title = "owned"</script>';
  fake.preflight = preflightOf(1, { samples: [{ row: 1, to: 'ana@example.com', subject: 'Hi', text }] });
  const page = await open({ viewport: PHONE });
  await choose(page, 'email,subject,content\nana@example.com,Hi,<p>Hello</p>\n');
  await next(page);
  await page.getByText('The content looks like HTML. How is it to be sent?').waitFor();
  fake.preflight = preflightOf(1, {
    samples: [{ row: 1, to: 'ana@example.com', subject: 'Hi', text: 'Hello Ana', html: text }],
  });
  await page.getByRole('radio', { name: 'As HTML' }).click();
  await page.frameLocator('iframe').getByText('Hello Ana').waitFor();
  expect(await page.title()).not.toBe('owned');
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  // The browser reports that it blocked the script.
  shown.browser.errors.splice(0);
});

test('a file that the API refuses is explained', async () => {
  fake.preflight = { status: 400, title: 'The CSV file is not valid', detail: 'Line 3: a quote is not closed.' };
  const page = await open();
  await choose(page, 'email,subject,content\n');
  await next(page);
  await page.getByText('Line 3: a quote is not closed.').waitFor();
  await next(page);
  await page.getByText('The file has to pass the check first.', { exact: true }).waitFor();
});

test('a schedule shows its time zone, and is not in the past', async () => {
  const page = await open({ timezoneId: 'Europe/Madrid' }, '?example=1');
  await page.getByText('welcome.csv').first().waitFor();
  await next(page);
  await page.getByText('Hello Ana').waitFor();
  await next(page);
  await page.getByRole('radio', { name: 'At a later time' }).click();
  await page.getByText('Time zone: Europe/Madrid').waitFor();
  await page.getByRole('textbox', { name: 'Date' }).fill('2020/01/01');
  await next(page);
  await page.getByText('Choose a time in the future.').waitFor();
  const year = new Date().getFullYear() + 1;
  await page.getByRole('textbox', { name: 'Date' }).fill(`${year}/01/02`);
  await page.getByLabel('Time', { exact: true }).fill('08:30');
  await next(page);
  await page.getByRole('button', { name: 'Schedule 298 emails' }).click();
  await until(async () => sent().length === 1);
  expect(sent()).toEqual([`POST /campaigns/upload sendAt=${year}-01-02T07:30:00.000Z`]);
});

test('a large file is checked by its beginning, uploaded with a hold, and started on its page', async () => {
  const rows = Array.from({ length: 60_000 }, (_, index) => `ana${index}@example.com,Hi,"${'Hello, '.repeat(10)}"`);
  const batchId = fake.campaigns[0]?.batchId ?? '';
  fake.campaigns = [
    campaignOf({ status: 'READY', enqueued: 60_000, counts: { PENDING: 60_000, QUEUED: 0, SENT: 0, ERROR: 0 } }),
  ];
  fake.uploadStates = [
    { status: 'INGESTING', rows: 20_000, progress: 0.4 },
    { status: 'DONE', rows: 60_000, progress: 1, batchId },
  ];
  const page = await open();
  await choose(page, `email,subject,content\n${rows.join('\n')}\n`);
  await next(page);
  await page.getByText(/The first 298 rows were checked/).waitFor();
  await next(page);
  await next(page);
  await page.getByRole('button', { name: 'Upload and check' }).click();
  await page.getByText('20,000 rows read').waitFor();
  await page.getByRole('button', { name: 'Send 60,000 emails' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send 60,000 emails' }).click();
  await until(async () => sent().length === 3);
  expect(sent()).toEqual([
    expect.stringMatching(/^POST \/uploads .*"hold":true/),
    'PUT /bucket',
    `POST /campaigns/${batchId}/start`,
  ]);
});
