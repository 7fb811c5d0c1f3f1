import type { Page } from 'playwright-core';
import { campaignOf, errorOf, FakeCampaigns, sendOf } from './fake-campaigns.ts';
import { answerProduct, SEND } from './fake-product.ts';
import { childArn, executionArn, mapRunArn } from './fake-states.ts';
import { FakeSuppressions, suppressionOf } from './fake-suppressions.ts';

const FAILED = campaignOf({
  status: 'FAILED',
  reason: 'CampaignIncomplete: 4 rows failed',
  counts: { PENDING: 0, QUEUED: 0, SENT: 292, ERROR: 6 },
  unconfirmed: 2,
  feedback: { delivered: 270, bounced: 20, complained: 1, unsubscribed: 3 },
  errors: [{ code: 'ProviderUnavailable', count: 4 }],
});

const MESSAGE = {
  to: 'ana@example.com',
  from: 'hello@pregon.test',
  subject: 'Welcome',
  text: 'Hello Ana',
  headers: {},
  messageId: 'm-1',
  sendId: `${FAILED.batchId}-1`,
  batchId: FAILED.batchId,
  channel: 'campaign',
  provider: 'ses',
  sentAt: '2026-11-25T10:00:05.000Z',
};

/** Every page of ours: its name, its path, and what it shows in any language when it is complete. */
export const OUR_PAGES: readonly (readonly [name: string, path: string, shows: string])[] = [
  ['the home', '/console/campaigns', 'text=welcome.csv'],
  ['a new campaign', '/console/campaigns/new', 'main h1'],
  ['a campaign', `/console/campaigns/${FAILED.batchId}`, 'text=ana2@example.com'],
  ['the executions', '/console/executions', 'text=old-0'],
  ['an execution with its graph', `/console/executions/${executionArn('failed')}`, 'aside .pg-attempts'],
  ['the events', `/console/executions/${executionArn('failed')}?tab=events`, 'text=TaskFailed'],
  ['the Map Runs', `/console/executions/${executionArn('failed')}?tab=map-runs`, 'th a >> text=SendRows'],
  ['input and output', `/console/executions/${executionArn('failed')}?tab=data`, 'pre >> text=rowsKey'],
  ['the rows of a child', `/console/executions/${childArn('batches', 0)}?tab=rows`, 'th >> text=row7@example.com'],
  ['a Map Run', `/console/map-runs/${mapRunArn('failed')}`, 'main table a'],
  ['an email batch', '/console/emails/b1', 'text=ana@example.com'],
  ['a send', `/console/sends/${SEND.sendId}`, 'text=Address refused'],
  ['a request', '/console/requests/r1', 'main code, main >> text=r1'],
  ['an order', '/console/orders/ORD-001', 'text=Mantenimiento'],
  ['the suppression list', '/console/suppressions', 'text=luis@example.com'],
  ['the runbook', '/console/runbook', '#unconfirmed-rows'],
  ['the mailbox', '/console/mailbox', 'text=ana@example.com'],
  ['the look-up', '/console/look-up?q=ana@example.com', `text=${SEND.sendId}`],
];

/** Answers the product's API for these pages. */
export async function answerPages(page: Page): Promise<void> {
  await answerProduct(page);
  const fake = new FakeCampaigns();
  fake.campaigns = [FAILED, campaignOf({ batchId: 'running', status: 'RUNNING', finishedAt: null })];
  const refused = errorOf('ProviderUnavailable', 'The provider does not answer.', true);
  fake.sends = [sendOf(1, { feedback: 'COMPLAINED' }), sendOf(2, { status: 'ERROR', error: refused })];
  await fake.answer(page);
  const suppressions = new FakeSuppressions();
  suppressions.entries = [suppressionOf('ana@example.com'), suppressionOf('luis@example.com', { reason: 'bounced' })];
  await suppressions.answer(page);
  await page.route(
    ({ pathname }) => pathname === '/_local/mailbox',
    (route) => route.fulfill({ json: { count: 1, messages: [MESSAGE] } }),
  );
}
