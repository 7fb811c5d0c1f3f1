import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { TestBrowser } from '../../tests/browser/support/browser.ts';
import { WITH_MISTAKES } from './files.ts';
import type { Scene } from './scene.ts';

/** At this width the navigation is folded. */
const WIDTH = 1200;
const QUALITY = 82;
const MARGIN = 16;

/** A picture: its name, its page, its height, and what to do before it is taken. The answer is the part to show, by default all of it. */
interface Shot {
  readonly name: string;
  readonly path: string;
  readonly height: number;
  readonly prepare: (page: Page) => Promise<Locator | undefined>;
}

/** Takes all pictures into a folder. */
export async function takeShots(browser: TestBrowser, apiUrl: string, scene: Scene, folder: string): Promise<void> {
  for (const { name, path, height, prepare } of shotsOf(scene)) {
    const page = await browser.open(`${apiUrl}${path}`, {
      viewport: { width: WIDTH, height },
      colorScheme: 'light',
      locale: 'en-US',
      timezoneId: 'UTC',
    });
    const part = await prepare(page);
    await writeFile(join(folder, `${name}.webp`), await capture(page, part));
    await browser.closePages();
  }
}

const shotsOf = ({ welcome, running }: Scene): readonly Shot[] => [
  { name: 'home', path: '/console/campaigns', height: 640, prepare: shows('text=spring-offer.csv') },
  { name: 'preflight', path: '/console/campaigns/new', height: 860, prepare: check },
  {
    name: 'campaign',
    path: `/console/campaigns/${running.batchId}`,
    height: 900,
    prepare: shows('#rows tbody tr:nth-child(5)'),
  },
  {
    name: 'trace',
    path: `/console/executions/${encodeURI(welcome.executionArn)}?state=SendRows`,
    height: 1000,
    prepare: graph,
  },
  { name: 'swagger', path: '/docs#/Campaigns/uploadCampaign', height: 1060, prepare: uploadInSwagger },
  { name: 'graphql', path: '/graphql', height: 680, prepare: runQuery },
  { name: 'ledger', path: `/console/campaigns/${running.batchId}`, height: 900, prepare: rows },
];

/** Waits for what the page shows when it is complete. */
function shows(selector: string): Shot['prepare'] {
  return async (page) => {
    await page.locator(selector).first().waitFor();
    return undefined;
  };
}

/** The page goes to the selected state by itself; the picture begins at the top. */
async function graph(page: Page): Promise<undefined> {
  await page.locator('aside >> text=Open the Map Run').waitFor();
  await page.evaluate('window.scrollTo(0, 0)');
}

async function check(page: Page): Promise<undefined> {
  const file = { name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(WITH_MISTAKES) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByText('Emails as they will be').waitFor();
}

async function uploadInSwagger(page: Page): Promise<Locator> {
  const operation = page.locator('#operations-Campaigns-uploadCampaign');
  const file = { name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(WITH_MISTAKES) };
  await operation.locator('input[type=file]').setInputFiles(file);
  await operation.locator('button.execute').click();
  const answer = page.locator('.live-responses-table');
  await answer.locator('.response-col_status', { hasText: '202' }).waitFor();
  return operation.locator('.responses-wrapper');
}

async function runQuery(page: Page): Promise<Locator> {
  // GraphiQL ignores the button until its editors are loaded.
  await page.locator('.result-window .CodeMirror').waitFor();
  await page.getByRole('button', { name: /Execute query/ }).click();
  await page.locator('.result-window', { hasText: '"listEmailStatus"' }).waitFor();
  return page.locator('.pg-graphiql');
}

async function rows(page: Page): Promise<Locator> {
  await page.locator('#rows tbody tr:nth-child(20)').waitFor();
  return page.locator('#rows');
}

/** The picture as WebP, which only the browser's own protocol makes. A part is cut after the height of the window. */
async function capture(page: Page, part: Locator | undefined): Promise<Buffer> {
  await part?.scrollIntoViewIfNeeded();
  const box = await part?.boundingBox();
  const scrolled = await page.evaluate<number>('window.scrollY');
  const height = page.viewportSize()?.height ?? 0;
  const clip = box && {
    x: Math.max(0, box.x - MARGIN),
    y: box.y + scrolled - MARGIN,
    width: Math.min(WIDTH, box.width + 2 * MARGIN),
    height: Math.min(box.height + 2 * MARGIN, height - 200),
    scale: 1,
  };
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: QUALITY,
    ...(clip && { clip, captureBeyondViewport: true }),
  });
  return Buffer.from(data, 'base64');
}
