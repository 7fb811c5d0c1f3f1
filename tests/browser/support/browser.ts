import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';
import { buildPages, CONSOLE } from '../../../scripts/build.ts';

const ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long a test waits for what it expects to see. */
export const WITHIN_MS = 60_000;

export const PHONE = { width: 390, height: 844 };

/** A browser that notes what its pages ask for and what goes wrong in them. */
export class TestBrowser {
  /** Requests to anywhere but this machine: there must be none. */
  readonly foreign: string[] = [];
  /** Errors thrown in a page. */
  readonly errors: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<TestBrowser> {
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    return new TestBrowser(await chromium.launch({ executablePath, args: ARGS }));
  }

  /** Opens an address in a context of its own: nothing is remembered from another page. `prepare` gets the page before it loads. */
  async open(url: string, options: BrowserContextOptions = {}, prepare?: (page: Page) => Promise<void>): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    // On a busy machine a page takes many times as long as on an idle one.
    context.setDefaultTimeout(WITHIN_MS);
    const note = (request: Request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith('http') && hostname !== '127.0.0.1') this.foreign.push(request.url());
    };
    context.on('response', (response) => note(response.request()));
    context.on('requestfailed', (request) => {
      // One that the policy of the page stops is reported too, but never leaves.
      if (!/csp/i.test(request.failure()?.errorText ?? '')) note(request);
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Warning:/.test(message.text())) this.errors.push(message.text());
    });
    await prepare?.(page);
    await page.goto(url);
    return page;
  }

  /** Closes what a test opened: pages go on polling, and would be seen by the next test. */
  async closePages(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** The folder with the built pages, so that a test never looks at an older build. `npm run test:browser` has built them before. */
export async function builtPages(): Promise<string> {
  await buildPages();
  return CONSOLE;
}
