import type { Page, Request, Route } from 'playwright-core';
import type { CampaignDetail, Send } from '../../../console/src/api/campaigns.ts';
import type { Preflight, UploadState } from '../../../console/src/api/upload.ts';

const HASH = 'c0ffee0123456789abcdef0123456789abcdef0123456789abcdef0123456789';
const MACHINE = 'arn:aws:states:us-east-1:000000000000:execution:pregon-dev-campaign';

/** A campaign as the API answers it: 298 rows, all sent, unless the test changes it. */
export function campaignOf(changes: Partial<CampaignDetail> = {}): CampaignDetail {
  const batchId = changes.batchId ?? HASH;
  return {
    batchId,
    campaignId: null,
    fileName: 'welcome.csv',
    subject: 'Welcome, Lucía',
    status: 'SUCCEEDED',
    total: 300,
    enqueued: 298,
    skipped: 2,
    counts: { PENDING: 0, QUEUED: 0, SENT: 298, ERROR: 0 },
    unconfirmed: 0,
    createdAt: '2026-11-25T10:00:00.000Z',
    startedAt: '2026-11-25T10:00:01.000Z',
    finishedAt: '2026-11-25T10:00:08.000Z',
    executionArn: `${MACHINE}:${batchId}`,
    redriveCount: 0,
    dryRun: false,
    format: 'text',
    warnings: [],
    errors: [],
    perMinute: [{ minute: '2026-11-25T10:00:00.000Z', sent: 298, error: 0 }],
    redriveUntil: null,
    ...changes,
  };
}

export function sendOf(rowNumber: number, changes: Partial<Send> = {}): Send {
  return {
    sendId: `${HASH}-${rowNumber}`,
    rowNumber,
    email: `ana${rowNumber}@example.com`,
    subject: 'Welcome',
    status: 'SENT',
    attempts: 1,
    lastAttemptAt: '2026-11-25T10:00:05.000Z',
    ...changes,
  };
}

export const errorOf = (code: string, message: string, retryable: boolean) => ({
  code,
  class: retryable ? 'transient' : 'recipient',
  message,
  retryable,
});

/** What the API says of a file with `rows` good rows. */
export function preflightOf(rows: number, changes: Partial<Preflight> = {}): Preflight {
  return {
    batchId: HASH,
    total: rows,
    enqueued: rows,
    skipped: 0,
    skippedRows: [],
    warnings: [],
    samples: [{ row: 1, to: 'ana1@example.com', subject: 'Welcome', text: 'Hello Ana' }],
    from: { email: 'news@shop.example', name: 'Shop' },
    estimate: { seconds: 6, perSecond: 50, usd: 0.04 },
    quota: { max24HourSend: 50_000, sentLast24Hours: 0, enough: true },
    ...changes,
  };
}

/** The part of the product's API that the campaign pages use, answered inside the browser. The test may change what it has. */
export class FakeCampaigns {
  campaigns: CampaignDetail[] = [];
  sends: Send[] = [];
  rate = { perSecond: 50, allowed: 50, usedPerSecond: 0, max24HourSend: 50_000, sentLast24Hours: 298 };
  skippedCsv =
    'row,email,reason,code\n7,not-an-address,"""not-an-address"" is not a valid email address.",email_invalid\n';
  /** What a preflight answers; a problem document where it has a status. */
  preflight: Preflight | { status: number; title: string; detail: string } = preflightOf(298);
  /** The states of a large upload, one for each look; the last one stays. */
  uploadStates: UploadState[] = [];
  /** Requests that change something, as `METHOD path body`. */
  readonly changes: string[] = [];
  /** The key that it accepts; any by default. */
  key: string | undefined;
  /** Answers everything with this status, as an API that is out of order. */
  failing: number | undefined;

  async answer(page: Page): Promise<void> {
    await page.route(
      ({ pathname }) => pathname === '/rate' || pathname === '/campaigns' || pathname.startsWith('/campaigns/'),
      (route) => this.#respond(route),
    );
    await page.route(
      ({ pathname }) => pathname.startsWith('/uploads') || pathname === '/bucket',
      (route) => this.#upload(route),
    );
  }

  async #upload(route: Route): Promise<void> {
    const request = route.request();
    const { pathname } = new URL(request.url());
    if (request.method() === 'GET') {
      const [state] = this.uploadStates.length > 1 ? this.uploadStates.splice(0, 1) : this.uploadStates;
      return route.fulfill({ json: state });
    }
    this.changes.push(
      [request.method(), pathname, request.method() === 'POST' ? request.postData() : ''].join(' ').trim(),
    );
    if (pathname === '/bucket') return route.fulfill({ status: 200 });
    return route.fulfill({
      status: 201,
      json: { uploadId: 'u1', url: '/bucket', headers: { 'content-type': 'text/csv' } },
    });
  }

  async #respond(route: Route): Promise<void> {
    const request = route.request();
    const { pathname, searchParams } = new URL(request.url());
    if (this.failing !== undefined) {
      return route.fulfill({
        status: this.failing,
        json: { title: 'Out of order', detail: 'The API is out of order.' },
      });
    }
    if (this.key !== undefined && request.headers().authorization !== `Bearer ${this.key}`) {
      return route.fulfill({ status: 403, json: { message: 'Forbidden' } });
    }
    if (pathname === '/campaigns/preflight') {
      this.#note(request);
      const status = 'status' in this.preflight ? this.preflight.status : 200;
      return route.fulfill({ status, json: this.preflight });
    }
    if (request.method() !== 'GET') {
      this.#note(request);
      return route.fulfill({ status: 202, json: pathname === '/rate' ? this.rate : (this.campaigns[0] ?? {}) });
    }
    if (pathname === '/rate') return route.fulfill({ json: this.rate });
    if (pathname === '/campaigns')
      return route.fulfill({ json: this.#page(this.campaigns, searchParams, 'campaigns') });
    const [, , batchId = '', part] = pathname.split('/');
    const campaign = this.campaigns.find((each) => each.batchId === batchId);
    if (campaign === undefined) return route.fulfill({ status: 404, json: { title: 'Not found', detail: 'None.' } });
    if (part === undefined) return route.fulfill({ json: campaign });
    if (part === 'sends')
      return route.fulfill({ json: this.#page(this.#matching(searchParams), searchParams, 'sends') });
    return route.fulfill({
      contentType: 'text/csv',
      body: part === 'skipped.csv' ? this.skippedCsv : 'email,subject\n',
    });
  }

  /** A form is noted as its fields. */
  #note(request: Request): void {
    const body = request.postData() ?? '';
    const fields = [...body.matchAll(/name="(\w+)"\r\n\r\n([^\r]*)/g)].map(([, name, value]) => `${name}=${value}`);
    const text = body.startsWith('--') ? fields.join('&') : body;
    this.changes.push([request.method(), new URL(request.url()).pathname, text].join(' ').trim());
  }

  #matching(query: URLSearchParams): Send[] {
    const [status, email] = [query.get('status'), query.get('email')];
    return this.sends.filter(
      (send) => (!status || status.split(',').includes(send.status)) && (!email || send.email === email),
    );
  }

  #page<T>(all: readonly T[], query: URLSearchParams, name: string) {
    const start = Number(query.get('after') ?? 0);
    const end = start + Number(query.get('limit') ?? 20);
    return { [name]: all.slice(start, end), ...(end < all.length && { next: String(end) }) };
  }
}
