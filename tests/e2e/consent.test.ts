import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { csvOf, follow, hasEnded, sends, setRate, upload } from './fire/support.ts';
import { eventually, Product, tempDataDir } from './support/product.ts';

let product: Product;

beforeAll(async () => {
  product = await Product.up(tempDataDir(), ['--rate', '50']);
});
afterAll(() => product.command.stop());

const linkOf = (headers: Record<string, string> | undefined) =>
  /^<(.+)>$/.exec(headers?.['List-Unsubscribe'] ?? '')?.[1] ?? '';
/** As mail clients do it. https://www.rfc-editor.org/rfc/rfc8058#section-3.2 */
const oneClick = (link: string) =>
  fetch(link, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }), redirect: 'error' });
const listed = async (address: string) => {
  const response = await product.call('GET', `/suppressions?address=${encodeURIComponent(address)}`);
  return ((await response.json()) as { suppressions: { reason: string; sendId?: string }[] }).suppressions[0];
};

it('unsubscribes by one click, and the next campaign skips the address', async () => {
  const batchId = await upload(product, 3, 'first');
  expect(await follow(product, batchId, hasEnded)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 3 } });
  const mails = await product.mailbox(batchId);
  const mail = mails.find(({ to }) => to === 'first2@example.com');
  const link = linkOf(mail?.headers);

  expect(mail?.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
  expect(mail?.text).toBe(`Hello 2\n\n-- \nUnsubscribe: ${link}\n`);
  // A scanner follows every link.
  const page = await (await fetch(link, { headers: { 'accept-language': 'es' } })).text();
  expect(page).toContain('<html lang="es">');
  expect(page).toContain('first2@example.com');
  // Local AWS writes the API key into pages whose scripts need it. This one has none.
  expect(page).not.toContain('<script');
  expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
  expect(await listed('first2@example.com')).toBeUndefined();

  expect((await oneClick(link)).status).toBe(200);
  expect((await oneClick(`${link}x`)).status).toBe(200);
  expect(await listed('First2@example.com')).toMatchObject({ reason: 'unsubscribed', sendId: `${batchId}-2` });

  const response = await product.upload(csvOf(3, 'first').replaceAll('Hello', 'Hello again'));
  const second = (await response.json()) as { batchId: string; skippedRows: unknown[] };
  expect(second).toMatchObject({ enqueued: 2, skipped: 1, skippedRows: [{ row: 2, email: 'first2@example.com' }] });
  await follow(product, second.batchId, hasEnded);
  expect((await product.mailbox(second.batchId)).map(({ to }) => to).sort()).toEqual([
    'first1@example.com',
    'first3@example.com',
  ]);
});

it('stops an address in the middle of a campaign, which ends SUCCEEDED with the row in ERROR Suppressed', async () => {
  await setRate(product, 2);
  const batchId = await upload(product, 12, 'running');
  await follow(product, batchId, ({ counts }) => counts.SENT > 0);
  await product.call('PUT', '/suppressions/running12@example.com');
  await setRate(product, 50);

  const ended = await follow(product, batchId, hasEnded);
  const rows = await sends(product, batchId);
  const suppressed = rows.filter(({ error }) => error?.code === 'Suppressed').map(({ rowNumber }) => rowNumber);
  const mailed = (await product.mailbox(batchId)).map(({ sendId }) => Number(sendId.slice(batchId.length + 1)));
  // Whether the row had been sent before depends on the order in which Step Functions starts the rows.
  expect(suppressed.concat(mailed).sort((a, b) => a - b)).toEqual(rows.map(({ rowNumber }) => rowNumber));
  expect(suppressed.filter((row) => row !== 12)).toEqual([]);
  expect(ended).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: mailed.length, ERROR: suppressed.length } });
});

it('refuses transactional mail to bounced addresses only', async () => {
  const json = { 'content-type': 'application/json' };
  for (const reason of ['bounced', 'unsubscribed']) {
    await product.call('PUT', `/suppressions/${reason}@example.com`, {
      headers: json,
      body: JSON.stringify({ reason }),
    });
  }
  const body = JSON.stringify({
    from: { email: 'shop@pregon.test' },
    destinations: [{ email: 'bounced@example.com' }, { email: 'unsubscribed@example.com' }],
    subject: 'Your receipt',
    plainContent: 'Thank you',
  });
  const sent = await product.call('POST', '/emails/send', { headers: json, body });
  const { data } = (await sent.json()) as { data: { batchID: string } };
  const states = async () => {
    const response = await product.call('GET', `/emails/${data.batchID}`);
    const { data: shown } = (await response.json()) as { data: { emails: { recipient: string; state: string }[] } };
    return Object.fromEntries(shown.emails.map(({ recipient, state }) => [recipient, state]));
  };

  await eventually(async () => !Object.values(await states()).includes('QUEUED'));
  expect(await states()).toEqual({ 'bounced@example.com': 'ERROR', 'unsubscribed@example.com': 'SENT' });
  const mails = await product.mailbox(data.batchID);
  expect(mails.map(({ to, headers }) => [to, headers['List-Unsubscribe']])).toEqual([
    ['unsubscribed@example.com', undefined],
  ]);
});
