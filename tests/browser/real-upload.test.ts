import { rmSync } from 'node:fs';
import type { Response } from 'playwright-core';
import { Product, tempDataDir } from '../e2e/support/product.ts';
import { TestBrowser } from './support/browser.ts';

/** The product itself, on ports of its own: S3 is another origin than the pages, as on AWS, and answers by the bucket's CORS rule. */
const dataDir = tempDataDir();
/** What a step and the whole may take on a busy machine. */
const STEP_MS = 240_000;
const TEST_MS = 900_000;
let product: Product;
let browser: TestBrowser;

beforeAll(async () => {
  product = await Product.up(dataDir, ['--rate', '500']);
  browser = await TestBrowser.launch();
}, TEST_MS);

afterAll(async () => {
  await browser.close();
  await product.command.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test(
  'a file of more than 4 MB goes from the browser to S3, and is sent by the last click',
  async () => {
    const rows = Array.from(
      { length: 80 },
      (_, n) => `ana${n}@simulator.pregon.test,Hi,"${'Hello, Ana! '.repeat(5_000)}"\n`,
    );
    const file = Buffer.from(`email,subject,content\n${rows.join('')}`);
    const { apiUrl, awsEndpoint } = product.outputs;
    expect(new URL(awsEndpoint).origin).not.toBe(new URL(apiUrl).origin);
    const answers: Response[] = [];

    const page = await browser.open(`${apiUrl}/console/campaigns/new`);
    // Each function of the product is cold at its first request.
    page.setDefaultTimeout(STEP_MS);
    page.on('response', (response) => {
      if (response.url().startsWith(awsEndpoint)) answers.push(response);
    });
    const next = () => page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'spring.csv', mimeType: 'text/csv', buffer: file });
    await next();
    await page.getByText(/The first \d+ rows were checked/).waitFor();
    await next();
    await next();
    await page.getByRole('button', { name: 'Upload and check' }).click();
    const send = page.getByRole('button', { name: 'Send 80 emails' });
    await send.waitFor();
    expect(answers.map((answer) => [answer.request().method(), answer.status()])).toEqual([['PUT', 200]]);
    expect(await answers[0]?.headerValue('access-control-allow-origin')).toMatch(new RegExp(`^(\\*|${apiUrl})$`));
    expect(await product.mailbox('')).toEqual([]);

    await send.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send 80 emails' }).click();
    const batchId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(await product.ended(batchId)).toMatchObject({
      status: 'SUCCEEDED',
      fileName: 'spring.csv',
      counts: { SENT: 80 },
    });
    expect(await product.mailbox(batchId)).toHaveLength(80);
    expect(browser.foreign).toEqual([]);
    expect(browser.errors).toEqual([]);
  },
  TEST_MS,
);
