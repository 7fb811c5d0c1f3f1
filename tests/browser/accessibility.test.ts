import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { campaignsAt, startConsole, type TestConsole } from './support/console.ts';
import { campaignOf, errorOf, FakeCampaigns, sendOf } from './support/fake-campaigns.ts';
import { executionArn } from './support/fake-states.ts';
import { FakeSuppressions, suppressionOf } from './support/fake-suppressions.ts';

let shown: TestConsole;

beforeAll(async () => {
  shown = await startConsole(campaignsAt(Date.now() / 1000));
});

afterEach(() => shown.browser.closePages());

afterAll(() => shown.close());

const CAMPAIGN = campaignOf({
  status: 'FAILED',
  reason: 'CampaignIncomplete: 4 rows failed',
  counts: { PENDING: 0, QUEUED: 0, SENT: 294, ERROR: 4 },
  errors: [{ code: 'ProviderUnavailable', count: 4 }],
});

const MESSAGE = {
  to: 'ana@example.com',
  from: 'hello@pregon.test',
  subject: 'Welcome',
  text: 'Hello Ana',
  headers: {},
  messageId: 'm-1',
  sendId: `${CAMPAIGN.batchId}-1`,
  batchId: CAMPAIGN.batchId,
  channel: 'campaign',
  provider: 'ses',
  sentAt: '2026-11-25T10:00:05.000Z',
};

const ANSWERS: Readonly<Record<string, object>> = {
  '/_local/mailbox': { count: 1, messages: [MESSAGE] },
  '/graphql': { data: { listEmailStatus: [] } },
  '/openapi.json': { openapi: '3.1.0', info: { title: 'Pregón', version: '1' }, paths: {} },
};

async function prepare(page: Page): Promise<void> {
  const fake = new FakeCampaigns();
  fake.campaigns = [CAMPAIGN, campaignOf({ batchId: 'running', status: 'RUNNING', finishedAt: null })];
  const refused = errorOf('ProviderUnavailable', 'The provider does not answer.', true);
  fake.sends = [sendOf(1), sendOf(2, { status: 'ERROR', error: refused })];
  await fake.answer(page);
  const suppressions = new FakeSuppressions();
  suppressions.entries = [suppressionOf('ana@example.com'), suppressionOf('luis@example.com', { reason: 'bounced' })];
  await suppressions.answer(page);
  // The document of a page has the same path as what GraphQL answers.
  await page.route(
    (url) => url.pathname in ANSWERS,
    (route) => {
      const { pathname } = new URL(route.request().url());
      return route.request().isNavigationRequest()
        ? route.continue()
        : route.fulfill({ json: ANSWERS[pathname] ?? {} });
    },
  );
  // The policy of the pages allows no script of a test; the browser's own protocol does.
  await page.addInitScript(axe.source);
}

/** Swagger UI, GraphiQL and the emails in frames are not ours. Swagger UI has a <main> of its own within that of the frame. */
const CONTEXT = { exclude: ['.swagger-ui', '.graphiql-container'] };
const optionsOf = (path: string) => ({
  iframes: false,
  resultTypes: ['violations'],
  rules: path === '/docs' ? { 'landmark-no-duplicate-main': { enabled: false } } : {},
});

async function violations(page: Page, path: string): Promise<string[]> {
  const found = (await page.evaluate(
    `axe.run(${JSON.stringify(CONTEXT)}, ${JSON.stringify(optionsOf(path))})`,
  )) as AxeResults;
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
  );
}

test.each([
  ['the home', '/console/campaigns', 'text=welcome.csv'],
  ['a new campaign', '/console/campaigns/new', 'text=Choose a file'],
  ['a campaign', `/console/campaigns/${CAMPAIGN.batchId}`, 'text=ana2@example.com'],
  ['the executions', '/console/executions', 'text=old-0'],
  ['an execution', `/console/executions/${executionArn('failed')}`, 'text=Where it was thrown'],
  ['the suppression list', '/console/suppressions', 'text=luis@example.com'],
  ['the mailbox', '/console/mailbox', 'text=ana@example.com'],
  ['the look-up', '/console/look-up', 'text=Id or address'],
  ['the API reference', '/docs', '.swagger-ui .info'],
  ['GraphiQL', '/graphql', '.result-window .CodeMirror'],
])('%s breaks no rule of accessibility, light or dark', async (_name, path, shows) => {
  const page = await shown.open(path, { colorScheme: 'light' }, prepare);
  await page.locator(shows).first().waitFor();
  expect(await violations(page, path)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('body.awsui-dark-mode').waitFor();
  expect(await violations(page, path)).toEqual([]);
});
