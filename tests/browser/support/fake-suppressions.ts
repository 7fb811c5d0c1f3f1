import type { Page, Route } from 'playwright-core';
import type { ImportedSuppressions, Suppression, SuppressionReason } from '../../../console/src/api/suppressions.ts';

export const suppressionOf = (address: string, changes: Partial<Suppression> = {}): Suppression => ({
  address,
  reason: 'unsubscribed',
  since: '2026-11-22T10:00:00.000Z',
  ...changes,
});

const STRENGTH: readonly SuppressionReason[] = ['unsubscribed', 'manual', 'bounced', 'complained'];
const HEADER = '"email","reason","since","sendId"\n';

/** The suppression list of the product's API, answered inside the browser. The test may change what it has. */
export class FakeSuppressions {
  entries: Suppression[] = [];
  imported: ImportedSuppressions = { added: 0, unchanged: 0, skipped: 0, skippedRows: [] };
  /** Lines of a part of an export. */
  linesPerPart = 20_000;
  /** Answers everything with this problem, as an API that is out of order. */
  failing: { status: number; title: string; detail: string } | undefined;
  /** Requests that change something, as `METHOD path type body`. */
  readonly changes: string[] = [];

  async answer(page: Page): Promise<void> {
    await page.route(
      ({ pathname }) => pathname.startsWith('/suppressions'),
      (route) => this.#respond(route),
    );
  }

  async #respond(route: Route): Promise<void> {
    const request = route.request();
    const method = request.method();
    const { pathname, searchParams } = new URL(request.url());
    if (this.failing) return route.fulfill({ status: this.failing.status, json: this.failing });
    if (method !== 'GET') {
      const type = request.headers()['content-type'];
      this.changes.push([method, pathname, type, request.postData()].filter(Boolean).join(' '));
    }
    const address = decodeURIComponent(pathname.slice('/suppressions/'.length)).toLowerCase();
    const existing = this.entries.find((entry) => entry.address === address);
    if (method === 'POST') return route.fulfill({ json: this.imported });
    if (method === 'DELETE') {
      this.entries = this.entries.filter((entry) => entry !== existing);
      return route.fulfill({ status: 204 });
    }
    if (method === 'PUT') {
      if (!/^[^@\s]+@[^@\s]+\.[a-z]+$/.test(address)) {
        const detail = 'The path is not valid. address: this is not an email address that can be delivered to.';
        return route.fulfill({ status: 400, json: { title: 'Bad Request', detail } });
      }
      const { reason } = request.postDataJSON() as { reason: SuppressionReason };
      const isStronger = existing && STRENGTH.indexOf(existing.reason) >= STRENGTH.indexOf(reason);
      const entry = isStronger ? existing : suppressionOf(address, { reason });
      this.entries = [...this.entries.filter((other) => other !== existing), entry];
      return route.fulfill({ json: entry });
    }
    const start = Number(searchParams.get('after') ?? 0);
    if (pathname.endsWith('.csv')) return this.#export(route, start);
    const wanted = searchParams.get('address');
    if (wanted !== null) {
      const found = this.entries.filter((entry) => entry.address === wanted.toLowerCase());
      return route.fulfill({ json: { suppressions: found } });
    }
    const end = start + Number(searchParams.get('limit') ?? 100);
    return route.fulfill({
      json: {
        suppressions: this.entries.slice(start, end),
        ...(end < this.entries.length && { next: String(end) }),
      },
    });
  }

  #export(route: Route, start: number): Promise<void> {
    const end = start + this.linesPerPart;
    const lines = this.entries.slice(start, end).map(({ address, reason }) => `"${address}","${reason}","",""\n`);
    return route.fulfill({
      contentType: 'text/csv; charset=utf-8',
      headers: end < this.entries.length ? { link: `</suppressions.csv?after=${end}>; rel="next"` } : {},
      body: `\uFEFF${HEADER}${lines.join('')}`,
    });
  }
}
