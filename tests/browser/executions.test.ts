import { PHONE } from './support/browser.ts';
import { campaignsAt, startConsole, type TestConsole } from './support/console.ts';
import { campaignOf, FakeCampaigns } from './support/fake-campaigns.ts';

let shown: TestConsole;

beforeAll(async () => {
  shown = await startConsole(campaignsAt(Date.now() / 1000));
});

afterEach(() => shown.browser.closePages());

afterAll(async () => {
  await shown.close();
  expect(shown.browser.foreign).toEqual([]);
  expect(shown.browser.errors).toEqual([]);
});

test('the newest executions come first, with status, duration and redrives', async () => {
  const page = await shown.open('/console/executions');
  const rows = page.getByRole('row');
  await rows.nth(1).getByText('Running', { exact: true }).waitFor();
  expect(await rows.nth(1).textContent()).toContain('running');
  expect(await rows.nth(2).textContent()).toMatch(/failed[\s\S]*Failed[\s\S]*1 min 40 s[\s\S]*1×/);
});

test('a campaign that succeeded with rows in ERROR is amber, by one call for the whole page', async () => {
  const fake = new FakeCampaigns();
  fake.campaigns = [
    campaignOf({ batchId: 'batches', counts: { PENDING: 0, QUEUED: 0, SENT: 292, ERROR: 6 }, unconfirmed: 2 }),
    campaignOf({ batchId: 'failed', counts: { PENDING: 0, QUEUED: 0, SENT: 292, ERROR: 6 } }),
    campaignOf({ batchId: 'large' }),
    campaignOf({ batchId: 'old-0', counts: { PENDING: 0, QUEUED: 0, SENT: 297, ERROR: 1 } }),
  ];
  const asked = new Set<string>();
  const page = await shown.open('/console/executions', {}, async (opened) => {
    await fake.answer(opened);
    opened.on('request', (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith('/campaigns')) asked.add(pathname + search);
    });
  });
  await page.getByRole('row', { name: /batches.*Succeeded, 6 in ERROR/ }).waitFor();
  await page.getByRole('row', { name: /old-0.*Succeeded, 1 in ERROR/ }).waitFor();
  expect(await page.getByText(/in ERROR/).count()).toBe(2);
  await page.getByRole('row', { name: /large.*Succeeded/ }).waitFor();
  expect([...asked]).toEqual(['/campaigns?limit=100']);
});

test('a new execution appears by itself', async () => {
  const page = await shown.open('/console/executions');
  await page.getByRole('link', { name: 'failed', exact: true }).waitFor();
  shown.fake.campaigns.unshift({ name: 'just-now', status: 'RUNNING', rows: 5, start: Date.now() / 1000 });
  await page.getByRole('link', { name: 'just-now', exact: true }).waitFor();
});

test('the status filter is applied by the API and is part of the address', async () => {
  const page = await shown.open('/console/executions');
  await page.getByRole('button', { name: /Filter by status/ }).click();
  await page.getByRole('option', { name: 'Aborted' }).click();
  await page.getByRole('link', { name: 'failed', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'aborted', exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('status')).toBe('ABORTED');
  await page.reload();
  await page.getByRole('link', { name: 'aborted', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'failed', exact: true }).count()).toBe(0);
});

test('a filter without matches says so and can be cleared', async () => {
  const page = await shown.open('/console/executions?status=TIMED_OUT');
  await page.getByText('No matches').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('link', { name: 'failed', exact: true }).waitFor();
});

test('a name is found on any page of the list', async () => {
  const page = await shown.open('/console/executions');
  await page.getByPlaceholder('Find by name').fill('old-69');
  await page.getByRole('link', { name: 'old-69', exact: true }).waitFor();
  await page.getByText('1 match', { exact: true }).first().waitFor();
});

test('older executions are on further pages', async () => {
  const page = await shown.open('/console/executions');
  await page.getByRole('button', { name: /Next page/ }).click();
  await page.getByRole('link', { name: 'old-69', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'failed', exact: true }).count()).toBe(0);
});

test('columns can be moved, with what is loaded for it', async () => {
  const page = await shown.open('/console/executions');
  await page.getByRole('button', { name: 'Preferences' }).click();
  const columns = page.getByRole('dialog', { name: 'Preferences' }).getByRole('listitem');
  await columns.first().getByText('Name', { exact: true }).waitFor();
  await columns
    .nth(1)
    .getByRole('button', { name: /Drag handle/ })
    .focus();
  // Each key is heard only after the list has taken the one before; it says so to screen readers.
  await page.keyboard.press('Space');
  await page.getByText(/^Picked up item at position 2 of/).waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowUp');
  await page.getByText(/^Moving item to position 1 of/).waitFor({ state: 'attached' });
  await page.keyboard.press('Space');
  await columns.nth(1).getByText('Name', { exact: true }).waitFor();
});

test('nothing is polled while the page is hidden, and polling resumes when it is visible', async () => {
  const page = await shown.open('/console/executions');
  await page.getByRole('link', { name: 'failed', exact: true }).waitFor();
  const hide = (hidden: boolean) =>
    page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);
  await hide(true);
  // One poll may be on its way; after two intervals of two seconds there is no other.
  await page.waitForTimeout(2500);
  const before = shown.fake.calls.length;
  await page.waitForTimeout(4500);
  expect(shown.fake.calls.length).toBe(before);
  const asked = page.waitForResponse((response) => response.url().endsWith('/_aws'));
  await hide(false);
  await asked;
});

test('on a phone the list shows its main columns and fits the page', async () => {
  const page = await shown.open('/console/executions', { viewport: PHONE });
  await page.getByRole('link', { name: 'failed', exact: true }).waitFor();
  const headers = await page.getByRole('columnheader').allInnerTexts();
  expect(headers.map((header) => header.trim())).toEqual(['Name', 'Status', 'Duration']);
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
});
