import type { BrowserContextOptions, Page } from 'playwright-core';
import { builtPages, TestBrowser } from './browser.ts';
import { type FakeCampaign, type FakeStates, startFakeStates } from './fake-states.ts';
import { type PageServer, servePages } from './page-server.ts';

/** The console in a browser over the stand-in of the Step Functions API. */
export interface TestConsole {
  readonly browser: TestBrowser;
  readonly fake: FakeStates;
  readonly pages: PageServer;
  readonly folder: string;
  /** `prepare` gets the page before it loads. */
  open(path: string, options?: BrowserContextOptions, prepare?: (page: Page) => Promise<void>): Promise<Page>;
  close(): Promise<void>;
}

export async function startConsole(campaigns: FakeCampaign[]): Promise<TestConsole> {
  const folder = await builtPages();
  const browser = await TestBrowser.launch();
  const fake = await startFakeStates(campaigns);
  const pages = await servePages(folder, fake.url);
  return {
    browser,
    fake,
    pages,
    folder,
    open: (path, options, prepare) => browser.open(pages.url + path, options, prepare),
    close: async () => {
      await browser.close();
      await pages.close();
      await fake.close();
    },
  };
}

/** Campaigns in every state, the newest first as the API lists them; `now` in epoch seconds. */
export function campaignsAt(now: number): FakeCampaign[] {
  const old = Array.from({ length: 70 }, (_, index): FakeCampaign => {
    const start = now - 10_000 - index * 3600;
    return { name: `old-${index}`, status: 'SUCCEEDED', rows: 100 + index, start, stop: start + 50 };
  });
  return [
    { name: 'running', status: 'RUNNING', rows: 50_000, start: now - 12, perSecond: 100 },
    { name: 'failed', status: 'FAILED', rows: 1200, start: now - 800, stop: now - 700, redrives: 1 },
    { name: 'aborted', status: 'ABORTED', rows: 900, start: now - 3000, stop: now - 2950 },
    { name: 'batches', status: 'SUCCEEDED', rows: 4, rowsPerChild: 25, start: now - 4000, stop: now - 3950 },
    { name: 'large', status: 'SUCCEEDED', rows: 10_000, start: now - 9000, stop: now - 8000 },
    ...old,
  ];
}
