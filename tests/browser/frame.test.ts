import { TestBrowser } from './support/browser.ts';
import { campaignsAt, startConsole, type TestConsole } from './support/console.ts';
import { executionArn } from './support/fake-states.ts';
import { servePages } from './support/page-server.ts';
import { isInView, until } from './support/until.ts';

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

test('pages follow each other without asking the server for a page, and the browser goes back', async () => {
  const page = await shown.open('/console/executions');
  const documents: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'document') documents.push(request.url());
  });
  await page.getByRole('link', { name: 'failed', exact: true }).click();
  await page.getByRole('heading', { name: 'failed', level: 1 }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Executions', level: 1 }).waitFor();
  expect(documents).toEqual([]);
});

test('the first link of a page leads over the header and the navigation to the content', async () => {
  const page = await shown.open('/console/executions');
  await page.getByRole('link', { name: 'failed', exact: true }).waitFor();
  await page.keyboard.press('Tab');
  const focused = page.locator(':focus');
  expect(await focused.textContent()).toBe('Skip to the content');
  expect(await isInView(page, ':focus')).toBe(true);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.locator('main :focus').count()).toBe(1);
});

test('a page that is higher than the window scrolls with it, not in a box of its own', async () => {
  const page = await shown.open('/console/executions', { viewport: { width: 1000, height: 300 } });
  await page.getByRole('link', { name: 'failed', exact: true }).waitFor();
  const [shownHeight, wholeHeight, spaces] = await page.evaluate<[number, number, string]>(`(() => {
    const content = document.getElementById('pregon-content');
    return [content.clientHeight, content.scrollHeight, getComputedStyle(content).whiteSpace];
  })()`);
  expect(wholeHeight).toBeGreaterThan(350);
  expect([shownHeight, spaces]).toEqual([wholeHeight, 'normal']);
});

test('an unknown address says so and links to the campaigns', async () => {
  const page = await shown.open('/console/nonsense');
  await page.getByRole('strong').getByText('There is no such page').waitFor();
  expect(await page.getByRole('link', { name: 'Go to campaigns' }).getAttribute('href')).toBe('/console/campaigns');
});

test('the theme follows the system until one is chosen, and the choice is remembered', async () => {
  const page = await shown.open('/console/executions', { colorScheme: 'dark' });
  await page.locator('body.awsui-dark-mode').waitFor();
  await page.getByRole('button', { name: /^Theme/ }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Light' }).click();
  await page.locator('body:not(.awsui-dark-mode)').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Executions', level: 1 }).waitFor();
  await page.locator('body:not(.awsui-dark-mode)').waitFor();
});

test('a page whose data cannot be loaded says why and can be tried again', async () => {
  shown.fake.failing = { operation: 'DescribeExecution', status: 500 };
  const page = await shown.open(`/console/executions/${executionArn('failed')}`);
  await page.getByText('The execution cannot be loaded').waitFor();
  await page.getByText('The service is out of order.').waitFor();
  shown.fake.failing = undefined;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'failed', level: 1 }).waitFor();
});

test('what was loaded stays when the endpoint goes away, with a warning', async () => {
  const page = await shown.open(`/console/executions/${executionArn('running')}`);
  await page.getByRole('heading', { name: 'running', level: 1 }).waitFor();
  shown.fake.failing = { operation: 'DescribeExecution', status: 500 };
  await page.getByText('The execution cannot be refreshed').waitFor();
  await page.getByRole('heading', { name: 'running', level: 1 }).waitFor();
  shown.fake.failing = undefined;
  await page.getByText('The execution cannot be refreshed').waitFor({ state: 'detached' });
});

test('an execution that does not exist is named, and asked for no more', async () => {
  const page = await shown.open('/console');
  await page.clock.install();
  await page.goto(`${shown.pages.url}/console/executions/${executionArn('nothing')}`);
  const described = () => shown.fake.calls.filter((call) => call === 'DescribeExecution').length;
  const before = described();
  await page.clock.runFor(1000);
  await page.getByText('Execution Does Not Exist').waitFor();
  await page.clock.runFor(120_000);
  await page.getByRole('button', { name: 'Try again' }).click();
  await until(async () => described() === before + 2);
});

test('a stack on AWS leads to the Step Functions console, for this execution', async () => {
  const deployed = await servePages(shown.folder, undefined, { deployed: true });
  const browser = await TestBrowser.launch();
  const page = await browser.open(`${deployed.url}/console/executions/${executionArn('failed')}`);
  const link = page.getByRole('link', { name: /Open the Step Functions console/ });
  expect(await link.getAttribute('href')).toContain(`#/v2/executions/details/${executionArn('failed')}`);
  expect(browser.foreign).toEqual([]);
  await browser.close();
  await deployed.close();
});
