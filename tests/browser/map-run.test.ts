import { campaignsAt, startConsole, type TestConsole } from './support/console.ts';
import { mapRunArn } from './support/fake-states.ts';
import { until } from './support/until.ts';

let shown: TestConsole;
const routeOf = (name: string) => `/console/map-runs/${mapRunArn(name)}`;

beforeAll(async () => {
  shown = await startConsole(campaignsAt(Date.now() / 1000));
});

afterEach(() => shown.browser.closePages());

afterAll(async () => {
  await shown.close();
  expect(shown.browser.foreign).toEqual([]);
  expect(shown.browser.errors).toEqual([]);
});

test('the bar and its counts follow the run, and the rate is shown', async () => {
  const page = await shown.open(routeOf('running'));
  const succeeded = page.locator('[data-count="succeeded"]');
  const first = await succeeded.textContent();
  await until(async () => (await succeeded.textContent()) !== first);
  await page.getByText(/per second · .* left/).waitFor();
  expect(await page.locator('[data-count="pending"]').textContent()).toMatch(/^[\d,]+$/);
});

test('the limits can be changed while it runs, with valid numbers only', async () => {
  const page = await shown.open(routeOf('running'));
  await page.getByRole('button', { name: 'Edit limits' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Concurrency').fill('-1');
  await dialog.getByText('Give a number from 0 to 10,000.').waitFor();
  expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Concurrency').fill('77');
  await dialog.getByLabel('Tolerated failures, percent').fill('2.5');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The limits were changed').waitFor();
  await page.getByText('77', { exact: true }).waitFor();
  await page.getByText('2.5 %', { exact: true }).waitFor();
});

test('the limits of an ended Map Run cannot be changed, and the reason is shown', async () => {
  const page = await shown.open(routeOf('large'));
  await page.getByRole('button', { name: 'Edit limits' }).hover();
  await page.getByText('can be changed only while it runs').filter({ visible: true }).waitFor();
});

test('ten thousand children are paged through by the API, fifty rows at a time', async () => {
  const page = await shown.open(routeOf('large'));
  const rows = page.getByRole('grid', { name: 'Children' }).getByRole('row');
  await rows.nth(50).waitFor();
  expect(await rows.count()).toBe(51);
  for (let turned = 0; turned < 5; turned += 1) {
    const first = await rows.nth(1).textContent();
    await page.getByRole('button', { name: /Next page/ }).click();
    await until(async () => (await rows.nth(1).textContent()) !== first);
  }
  expect(await rows.count()).toBe(51);
});

test('children are filtered by status and found by name', async () => {
  const page = await shown.open(`${routeOf('large')}?status=FAILED`);
  const table = page.getByRole('grid', { name: 'Children' });
  await table.getByText('Failed').first().waitFor();
  expect(await table.getByText('Succeeded').count()).toBe(0);
  const name = (await table.getByRole('link').nth(20).textContent()) ?? '';
  await page.getByPlaceholder('Find by name').fill(name);
  await page.getByText('1 match', { exact: true }).first().waitFor();
});

test('children of a redrive are distinguishable', async () => {
  const page = await shown.open(routeOf('failed'));
  const table = page.getByRole('grid', { name: 'Children' });
  await table.getByText('1×').first().waitFor();
  await page.getByRole('button', { name: /Filter by redrive/ }).click();
  await page.getByRole('option', { name: 'Redriven', exact: true }).click();
  // 1,200 children, each 31st redriven.
  await until(async () => (await table.getByRole('row').count()) === 40);
});

test('a child opens as an execution of its own, and leads back to its Map Run', async () => {
  const page = await shown.open(`${routeOf('large')}?status=FAILED`);
  await page.getByRole('grid', { name: 'Children' }).getByRole('link').first().click();
  await page.locator('[data-state="Send"][data-status="failed"]').click();
  const panel = page.getByRole('complementary', { name: 'Send' });
  await panel.getByText('SendingPaused', { exact: false }).first().waitFor();
  expect(await panel.getByRole('list', { name: 'Tries' }).textContent()).toContain('Transient');
  await page.getByRole('button', { name: 'Redrive' }).hover();
  await page.getByText('A child is redriven with its Map Run').filter({ visible: true }).waitFor();
  await page.getByRole('link', { name: 'Map Run SendRows' }).first().click();
  await page.getByRole('heading', { name: 'Map Run SendRows', level: 1 }).waitFor();
});
