import axe, { type AxeResults } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { PHONE } from './support/browser.ts';
import { campaignsAt, startConsole, type TestConsole } from './support/console.ts';
import { answerPages, OUR_PAGES } from './support/every-page.ts';

let shown: TestConsole;

beforeAll(async () => {
  shown = await startConsole(campaignsAt(Date.now() / 1000));
});

afterEach(() => shown.browser.closePages());

afterAll(() => shown.close());

const PAGES = [
  ...OUR_PAGES,
  ['the API reference', '/docs', '.swagger-ui .info'],
  ['GraphiQL', '/graphql', '.result-window .CodeMirror'],
] as const;

async function prepare(page: Page): Promise<void> {
  await answerPages(page);
  await page.route(
    ({ pathname }) => pathname === '/openapi.json',
    (route) => route.fulfill({ json: { openapi: '3.1.0', info: { title: 'Pregón', version: '1' }, paths: {} } }),
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

/** What a page breaks in the light theme and in the dark one. */
async function check(path: string, shows: string, options: BrowserContextOptions) {
  const page = await shown.open(path, { ...options, colorScheme: 'light' }, prepare);
  await page.locator(shows).first().waitFor();
  const light = await violations(page, path);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('body.awsui-dark-mode').waitFor();
  return { language: await page.locator('html').getAttribute('lang'), light, dark: await violations(page, path) };
}

test.each(PAGES)('%s breaks no rule of accessibility, light or dark', async (_name, path, shows) => {
  expect(await check(path, shows, {})).toEqual({ language: 'en', light: [], dark: [] });
});

test.each(PAGES)('%s breaks none on a phone in Spanish either', async (_name, path, shows) => {
  const onPhone = shows === 'aside .pg-attempts' ? '[data-state="Settle"]' : shows;
  const found = await check(path, onPhone, { viewport: PHONE, hasTouch: true, locale: 'es-ES' });
  expect(found).toEqual({ language: 'es', light: [], dark: [] });
});
