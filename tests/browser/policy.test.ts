import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Product, tempDataDir } from '../e2e/support/product.ts';
import { TestBrowser } from './support/browser.ts';

/** The pages as the product serves them, under their own content security policy. */
const dataDir = tempDataDir();
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
  // GraphiQL ignores the button until its editors are loaded.
  await page.locator('.result-window .CodeMirror').waitFor();
  await page.getByRole('button', { name: /Execute query/ }).click();
  await page.locator('.result-window', { hasText: '"listEmailStatus"' }).waitFor();
  await keep(page, 'graphql');
});

test('a wrong address is a page in the same frame', async () => {
  const page = await browser.open(`${product.outputs.apiUrl}/nothing/here`);
  await page.getByRole('strong').getByText('There is no such page').waitFor();
  expect((await fetch(page.url(), { headers: { accept: 'text/html' } })).status).toBe(404);
  const problem = await fetch(page.url());
  expect(problem.headers.get('content-type')).toBe('application/problem+json');
});

test('the first page needs at most 400 KB in the compressed form of its files', async () => {
  const paths = new Set<string>();
  const page = await browser.open('about:blank', {}, async (opened) => {
    opened.on('request', (request) => paths.add(new URL(request.url()).pathname));
  });
  await page.goto(product.outputs.apiUrl);
  await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor();
  const files = [...paths]
    .filter((path) => path.startsWith('/console/assets/'))
    .map((path) => join('dist/pages', path));
  const sizes = files.map((file) => statSync(existsSync(`${file}.br`) ? `${file}.br` : file).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);

  expect(files.filter((path) => path.endsWith('.css'))).toHaveLength(1);
  expect(total).toBeGreaterThan(100_000);
  expect(total).toBeLessThan(400_000);
});

test('the example is checked, sent and followed to its end', async () => {
  const { length: sentBefore } = await product.mailbox('');
  const page = await browser.open(`${product.outputs.apiUrl}/console/campaigns/new?example=1`);
  const next = page.getByRole('button', { name: 'Next', exact: true });
  await page.getByText('welcome.csv').first().waitFor();
  await next.click();
  await page.getByText('Emails as they will be').waitFor();
  await keep(page, 'preflight');
  await next.click();
  await next.click();
  await page.getByRole('heading', { name: /^Send \d+ emails from hello@pregon.test, about .* at 50\/s/ }).waitFor();
  expect(await product.mailbox('')).toHaveLength(sentBefore);
  await page.getByRole('button', { name: /^Send \d+ emails$/ }).click();
  await page.getByRole('heading', { name: /welcome.csv/, level: 1 }).waitFor();
  // The end may take minutes where other work needs the processors.
  const { status } = await product.ended(new URL(page.url()).pathname.split('/').at(-1) ?? '');
  expect(status).toBe('SUCCEEDED');
  // One address of the example is refused.
  await page.getByRole('heading', { level: 1 }).getByText('Sent, 1 failed', { exact: true }).waitFor();
  await page
    .getByRole('grid', { name: 'Rows' })
    .getByRole('row', { name: /lucia.fernandez@example.com.*Sent/ })
    .waitFor();
  await keep(page, 'campaign');
});
