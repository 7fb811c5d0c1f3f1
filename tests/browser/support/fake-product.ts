import type { Page } from 'playwright-core';

/** Answers GraphQL's `send(sendId: …)` in the page: each row has an address by its number, and every seventh is in ERROR. */
export async function answerRows(page: Page): Promise<void> {
  await page.route(
    ({ pathname }) => pathname === '/graphql',
    (route) => {
      const { query } = route.request().postDataJSON() as { query: string };
      const asked = [...query.matchAll(/(s\d+): send\(sendId: "[^"]*-(\d+)"\)/g)];
      return route.fulfill({
        json: { data: Object.fromEntries(asked.map(([, alias, row]) => [alias, rowOf(Number(row))])) },
      });
    },
  );
}

function rowOf(rowNumber: number) {
  const refused = { code: 'MessageRejected', class: 'recipient', message: 'Address refused' };
  const isRefused = rowNumber % 7 === 0;
  return {
    rowNumber,
    email: `row${rowNumber}@example.com`,
    subject: 'Hello',
    status: isRefused ? 'ERROR' : 'SENT',
    attempts: 1,
    error: isRefused ? refused : null,
  };
}
