import { DescribeExecutionCommand, DescribeMapRunCommand } from '@aws-sdk/client-sfn';
import type { Page } from 'playwright-core';
import { builtPages, TestBrowser } from './support/browser.ts';
import { MAP_DEFINITION, startEngine, type TestEngine, TOUR_DEFINITION } from './support/engine.ts';
import { type PageServer, servePages } from './support/page-server.ts';
import { until } from './support/until.ts';

let engine: TestEngine;
let browser: TestBrowser;
let pages: PageServer;

beforeAll(async () => {
  engine = await startEngine();
  browser = await TestBrowser.launch();
  pages = await servePages(await builtPages(), engine.url);
});

afterEach(() => browser.closePages());

afterAll(async () => {
  await browser.close();
  await pages.close();
  await engine.close();
  expect(browser.foreign).toEqual([]);
  expect(browser.errors).toEqual([]);
});

const open = (path: string): Promise<Page> => browser.open(pages.url + path);
const openExecution = (arn: string): Promise<Page> => open(`/console/executions/${arn}`);
const stateOf = (page: Page, state: string, status: string) =>
  page.locator(`[data-state="${state}"][data-status="${status}"]`);

test('a failed Map Run is shown and redriven, and the children of the redrive are distinguishable', async () => {
  engine.worker.fails = ({ n }) => n > 30;
  const { executionArn } = await engine.run('redriven', MAP_DEFINITION, { count: 60 });
  const page = await openExecution(executionArn);
  await stateOf(page, 'Numbers', 'failed').waitFor();
  await page.getByText('States.ExceedToleratedFailureThreshold').first().waitFor();

  engine.worker.fails = () => false;
  await page.getByRole('button', { name: 'Redrive' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
  await stateOf(page, 'Numbers', 'succeeded').waitFor();
  await stateOf(page, 'Done', 'succeeded').waitFor();

  await stateOf(page, 'Numbers', 'succeeded').click();
  const panel = page.getByRole('complementary', { name: 'Numbers' });
  await panel.getByText('Redrive 1').waitFor();
  await panel.getByRole('link', { name: 'Open the Map Run' }).click();
  await page.getByText('60 of 60 · 100 %').waitFor();
  await page.getByRole('button', { name: /Filter by redrive/ }).click();
  await page.getByRole('option', { name: 'Redriven', exact: true }).click();
  const grid = page.getByRole('grid', { name: 'Children' });
  await grid.getByText('1×').first().waitFor();
  await until(async () => (await grid.getByRole('row').count()) < 40);

  await grid.getByRole('link').first().click();
  await stateOf(page, 'Call', 'succeeded').click();
  await page.getByRole('complementary', { name: 'Call' }).getByText('Redrive 1').waitFor();
});

test('a running Map Run moves, takes new limits, and is stopped with its children', async () => {
  engine.worker.latencyMs = 100;
  const { executionArn } = await engine.run('stopped', MAP_DEFINITION, { count: 5000 });
  const page = await openExecution(executionArn);
  await stateOf(page, 'Numbers', 'running').click();
  await page.getByRole('link', { name: 'Open the Map Run' }).click();
  await page.getByText(/per second/).waitFor();

  await page.getByRole('button', { name: 'Edit limits' }).click();
  await page.getByLabel('Concurrency').fill('25');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('definition').getByText('25', { exact: true }).waitFor();
  const mapRunArn = decodeURIComponent(new URL(page.url()).pathname.replace('/console/map-runs/', ''));
  const mapRun = await engine.client.send(new DescribeMapRunCommand({ mapRunArn }));
  expect(mapRun).toMatchObject({ maxConcurrency: 25, status: 'RUNNING' });

  await page.getByRole('link', { name: 'stopped-run' }).first().click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByLabel('Cause').fill('Wrong list');
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await stateOf(page, 'Numbers', 'aborted').waitFor();
  await page.getByText('Wrong list').first().waitFor();
  const stopped = await engine.client.send(new DescribeExecutionCommand({ executionArn }));
  expect(stopped).toMatchObject({ status: 'ABORTED', cause: 'Wrong list' });
});

test('branches, iterations, retries and caught errors are seen in the graph', async () => {
  engine.worker.latencyMs = 5;
  engine.worker.fails = () => true;
  const { executionArn } = await engine.run('tour', TOUR_DEFINITION, { skip: false, items: [1, 2, 3] });
  const page = await openExecution(executionArn);
  await stateOf(page, 'Sorry', 'running').waitFor();
  for (const state of ['Which', 'Both', 'Left', 'Right', 'Each', 'Double']) {
    await stateOf(page, state, 'succeeded').waitFor();
  }
  await stateOf(page, 'Skipped', 'notEntered').waitFor();
  await stateOf(page, 'Try', 'caught').click();
  const panel = page.getByRole('complementary', { name: 'Try' });
  expect(await panel.getByRole('list', { name: 'Tries' }).getByText('ProviderDown', { exact: true }).count()).toBe(2);
  await stateOf(page, 'Double', 'succeeded').click();
  await page.getByRole('button', { name: /Which time the state was entered/ }).click();
  await page.getByRole('option', { name: /Iteration 1/ }).click();
  await page
    .getByRole('complementary', { name: 'Double' })
    .getByRole('region', { name: 'state output' })
    .getByText('4')
    .waitFor();
});

test('state machines are chosen from, and their executions listed', async () => {
  const page = await open('/console/executions?machine=tour');
  await page.getByRole('link', { name: 'tour-run' }).waitFor();
  await page.getByRole('button', { name: /State machine/ }).click();
  await page.getByRole('option', { name: 'redriven' }).click();
  await page.getByRole('link', { name: 'redriven-run' }).waitFor();
});
