import { PHONE } from './support/browser.ts';
import { campaignsAt, startConsole, type TestConsole } from './support/console.ts';
import { answerRows } from './support/fake-product.ts';
import { executionArn, mapRunArn } from './support/fake-states.ts';
import { isInView, until } from './support/until.ts';

let shown: TestConsole;
const routeOf = (name: string) => `/console/executions/${executionArn(name)}`;

beforeAll(async () => {
  shown = await startConsole(campaignsAt(Date.now() / 1000));
});

afterEach(() => shown.browser.closePages());

afterAll(async () => {
  await shown.close();
  expect(shown.browser.foreign).toEqual([]);
  expect(shown.browser.errors).toEqual([]);
});

test('the graph shows every state with what happened in it', async () => {
  const page = await shown.open(routeOf('failed'));
  await page.locator('[data-state="Settle"][data-status="failed"]').waitFor();
  await page.locator('[data-state="SendRows"][data-status="succeeded"]').waitFor();
  await page.locator('[data-state="WaitForSchedule"][data-status="notEntered"]').waitFor();
  await page.locator('[data-state="MarkQueued"]').waitFor();
});

test('the running state moves and shows how far its Map Run is', async () => {
  const page = await shown.open(routeOf('running'));
  const state = page.locator('[data-state="SendRows"][data-status="running"]');
  const bar = state.getByRole('img');
  const first = await bar.getAttribute('aria-label');
  expect(first).toMatch(/^\d+ of 50000 done: \d+ succeeded/);
  await until(async () => (await bar.getAttribute('aria-label')) !== first);
});

test('the state that failed is selected and in view, its cause in words', async () => {
  const page = await shown.open(routeOf('failed'), { viewport: { width: 1440, height: 500 } });
  const panel = page.getByRole('complementary', { name: 'Settle' });
  await panel.getByText('3 rows are in ERROR', { exact: true }).first().waitFor();
  await panel.getByRole('button', { name: 'Where it was thrown' }).waitFor();
  await until(() => isInView(page, '[data-state="Settle"]'));
});

test('the logs of the Lambda function of a state are read when they are opened', async () => {
  const asked: string[] = [];
  const page = await shown.open(routeOf('failed'), {}, async (opened) => {
    await opened.route(
      ({ pathname }) => pathname === '/_local/logs',
      (route) => {
        asked.push(new URL(route.request().url()).searchParams.get('function') ?? '');
        return route.fulfill({ json: { lines: ['{"level":"ERROR","message":"3 rows are left","row":7}'] } });
      },
    );
  });
  const panel = page.getByRole('complementary', { name: 'Settle' });
  await panel.getByRole('button', { name: 'Logs' }).click();
  await panel.getByText('ERROR 3 rows are left row=7').waitFor();
  expect(asked).toEqual(['settle']);
});

test('rows in ERROR make a campaign that succeeded amber', async () => {
  const page = await shown.open('/console');
  await page.route(
    ({ pathname }) => pathname === '/campaigns/large',
    (route) => route.fulfill({ json: { counts: { PENDING: 0, QUEUED: 0, SENT: 9994, ERROR: 6 } } }),
  );
  await page.goto(shown.pages.url + routeOf('large'));
  await page.getByText('9,994 sent, 6 in ERROR').waitFor();
  await page.getByRole('button', { name: 'SendRows, Distributed Map · 6 in ERROR, Caught error' }).waitFor();
  await page.getByRole('button', { name: /9,994 sent/ }).waitFor();
});

test('a Map whose children leave no record is folded until it is opened', async () => {
  const page = await shown.open(routeOf('large'));
  await page.locator('[data-state="RegisterRows"]').waitFor();
  expect(await page.locator('[data-state="WriteRows"]').count()).toBe(0);
  await page.getByRole('button', { name: 'States of RegisterRows' }).click();
  await page.locator('[data-state="WriteRows"]').waitFor();
});

test('a child is named by its rows and lists them', async () => {
  const page = await shown.open('/console');
  await answerRows(page);
  await page.goto(`${shown.pages.url}/console/map-runs/${mapRunArn('batches')}`);
  await page.getByRole('link', { name: 'Rows 1–25 · row1@example.com and 24 more' }).click();
  await page.getByRole('heading', { name: 'Rows 1–25 · row1@example.com and 24 more', level: 1 }).waitFor();
  await page.getByRole('tab', { name: 'Rows (25)' }).click();
  expect(await page.getByRole('row', { name: /row7@example.com/ }).textContent()).toContain('MessageRejected');
});

test('a state tells its input, its error and its tries, those of a redrive apart', async () => {
  const page = await shown.open(routeOf('failed'));
  const panel = page.getByRole('complementary', { name: 'Settle' });
  await panel.getByText('lambda:invoke', { exact: true }).waitFor();
  await panel.getByRole('region', { name: 'state input' }).getByText('"retryRound"').waitFor();
  expect(await panel.getByRole('list', { name: 'Tries' }).textContent()).toMatch(/CampaignIncomplete[\s\S]*Redrive 1/);
});

test('the graph is one stop of the Tab key, and the arrow keys walk through it', async () => {
  const page = await shown.open(routeOf('failed'));
  await page.locator('[data-state="Settle"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(await page.locator('[data-state][tabindex="0"]').count()).toBe(1);
  expect(new URL(page.url()).searchParams.get('state')).toBe('IsRetryLeft');
});

test('the events are listed with their states, can be searched, and open', async () => {
  const page = await shown.open(`${routeOf('failed')}?tab=events`);
  await page.getByText('Redrive 1', { exact: true }).waitFor();
  await page.getByPlaceholder('Find by type, state or error').fill('campaignincomplete');
  await page.getByRole('link', { name: 'TaskFailed' }).first().click();
  const detail = page.getByRole('complementary', { name: /TaskFailed/ });
  await detail.getByText('"3 rows are in ERROR"').waitFor();
});

test('input, output and definition are shown', async () => {
  const page = await shown.open(routeOf('failed'));
  await page.getByRole('tab', { name: 'Input and output' }).click();
  await page.getByText('"rowsKey"').waitFor();
  await page.getByRole('tab', { name: 'Definition' }).click();
  await page.getByText('"StartAt"').first().waitFor();
});

test('a campaign that the daily quota stopped tells when it continues', async () => {
  const page = await shown.open('/console');
  await page.route(
    ({ pathname }) => pathname === '/campaigns/failed',
    (route) =>
      route.fulfill({
        json: {
          reason: 'DailyQuotaExceeded: refused.',
          nextRetryAt: '2026-11-23T10:00:00.000Z',
          counts: { PENDING: 9, QUEUED: 0, SENT: 1, ERROR: 0 },
        },
      }),
  );
  await page.goto(shown.pages.url + routeOf('failed'));
  await page.getByText('DailyQuotaExceeded: refused.').waitFor();
  const alert = page.getByText('It continues by itself');
  expect(await alert.textContent()).toMatch(/2026-11-2\d, \d\d:00:00 at the latest/);
});

test('a redrive asks first, runs, and is then counted', async () => {
  const page = await shown.open(routeOf('failed'));
  await page.getByRole('button', { name: 'Redrive' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
  await page.getByText('The execution continues', { exact: true }).waitFor();
  expect(shown.fake.calls.filter((call) => call === 'RedriveExecution')).toHaveLength(1);
  await page.getByText('Running', { exact: true }).first().waitFor();
});

test('a redrive that is not possible says why', async () => {
  const page = await shown.open(routeOf('large'));
  await page.getByRole('button', { name: 'Redrive' }).hover();
  await page.getByText('Execution is SUCCEEDED and cannot be redriven').filter({ visible: true }).waitFor();
});

test('a redrive that the service refuses is explained in its dialogue', async () => {
  const page = await shown.open(routeOf('aborted'));
  shown.fake.failing = { operation: 'RedriveExecution', status: 400 };
  await page.getByRole('button', { name: 'Redrive' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
  await page.getByRole('dialog').getByText('The service is out of order.').waitFor();
  shown.fake.failing = undefined;
});

test('a stop asks for a reason and ends the execution', async () => {
  shown.fake.campaigns.unshift({
    name: 'to-stop',
    status: 'RUNNING',
    rows: 500,
    start: Date.now() / 1000,
    perSecond: 1,
  });
  const page = await shown.open(routeOf('to-stop'));
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByLabel('Cause').fill('Wrong subject');
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await page.locator('[data-state="SendRows"][data-status="aborted"]').waitFor();
  await page.getByRole('button', { name: 'Stop' }).hover();
  await page.getByText('Only a running execution can be stopped').filter({ visible: true }).waitFor();
});

test('on a phone a state opens over the graph, and everything fits the page', async () => {
  const page = await shown.open(routeOf('large'), { viewport: PHONE, hasTouch: true });
  await page.locator('[data-state="Settle"]').tap();
  const dialog = page.getByRole('dialog', { name: 'Settle' });
  await dialog.getByText('lambda:invoke', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
});
