import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Product, tempDataDir } from '../e2e/support/product.ts';
import { TestBrowser } from './support/browser.ts';

/** The pages as the product serves them, under their own content security policy. */
const dataDir = tempDataDir();
/** The pages with the largest scripts take seconds on a busy machine. */
const WITHIN_MS = 60_000;
let product: Product;
let browser: TestBrowser;

beforeAll(async () => {
  [product, browser] = await Promise.all([Product.up(dataDir), TestBrowser.launch()]);
});

afterEach(async () => {
  await browser.closePages();
  // A violation of the policy is a message in the browser's console.
  expect(browser.errors).toEqual([]);
  expect(browser.foreign).toEqual([]);
});

afterAll(async () => {
  await browser.close();
  await product.command.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** With SCREENSHOTS set to a folder, what a test saw is kept there. */
async function keep(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

test.each(['/console', '/docs', '/graphql'])('%s allows no inline script but the local settings', async (path) => {
  const policy = (await fetch(`${product.outputs.apiUrl}${path}`)).headers.get('content-security-policy') ?? '';
  const scripts = policy.split('; ').find((directive) => directive.startsWith('script-src'));

  expect(scripts).toMatch(/^script-src 'sha256-[\w+/=]+' 'self'$/);
});

test('an inline script that a page did not come with does not run', async () => {
  const page = await browser.open(`${product.outputs.apiUrl}/docs`);
  const ran = await page.evaluate(`(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.body.append(script);
    return 'injected' in globalThis;
  })()`);

  expect(ran).toBe(false);
  // The browser has reported it.
  expect(browser.errors.splice(0)).toEqual([expect.stringContaining('Content Security Policy')]);
});

test('the console lists campaigns', async () => {
  const page = await browser.open(`${product.outputs.apiUrl}/console`);
  await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor();
  await keep(page, 'console');
});

test('Swagger UI uploads a file', async () => {
  const page = await browser.open(`${product.outputs.apiUrl}/docs#/Campaigns/uploadCampaign`);
  page.setDefaultTimeout(WITHIN_MS);
  const file = {
    name: 'a.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('email,subject,content\nana@example.com,Hi,Hello\n'),
  };
  await page.locator('#operations-Campaigns-uploadCampaign input[type=file]').setInputFiles(file);
  await page.locator('#operations-Campaigns-uploadCampaign button.execute').click();
  await page.locator('.live-responses-table .response-col_status', { hasText: '202' }).waitFor();
  await keep(page, 'docs');
});

test('GraphiQL runs a query', async () => {
  const page = await browser.open(`${product.outputs.apiUrl}/graphql`);
  page.setDefaultTimeout(WITHIN_MS);
  await page.getByRole('button', { name: /Execute query/ }).click();
  await page.locator('.result-window', { hasText: '"listEmailStatus"' }).waitFor();
  await keep(page, 'graphql');
});
