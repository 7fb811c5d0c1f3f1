import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { PHONE } from './support/browser.ts';
import { startConsole, type TestConsole } from './support/console.ts';
import { FakeSuppressions, suppressionOf } from './support/fake-suppressions.ts';
import { until } from './support/until.ts';

let shown: TestConsole;
let fake: FakeSuppressions;

beforeAll(async () => {
  shown = await startConsole([]);
});

beforeEach(() => {
  fake = new FakeSuppressions();
});

afterEach(async () => {
  await shown.browser.closePages();
  expect(shown.browser.foreign).toEqual([]);
  expect(shown.browser.errors).toEqual([]);
});

afterAll(() => shown.close());

const open = (query = '', options: BrowserContextOptions = {}): Promise<Page> =>
  shown.open(`/console/suppressions${query}`, options, (page) => fake.answer(page));

const SEND_ID = `c0ffee01${'0'.repeat(56)}-7`;
const CSV = { name: 'list.csv', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from('email\nana@example.com\n') };

test('the list is in the navigation, and shows why and since when, and the email that led to it', async () => {
  fake.entries = [
    suppressionOf('ana@example.com', { reason: 'bounced', sendId: SEND_ID }),
    suppressionOf('luis@example.com', { reason: 'manual' }),
  ];
  const page = await open('', { timezoneId: 'Europe/Madrid' });
  const grid = page.getByRole('grid', { name: 'Suppression list' });
  await grid.getByRole('row', { name: /ana@example.com.*Bounced.*2026-11-22, 11:00:00/ }).waitFor();
  await grid.getByRole('row', { name: /luis@example.com.*Added by hand.*–/ }).waitFor();
  expect(await grid.getByRole('link', { name: 'Row 7 of c0ffee01' }).getAttribute('href')).toBe(
    `/console/sends/${SEND_ID}`,
  );
  const entry = page
    .getByRole('navigation', { name: 'Side navigation' })
    .getByRole('link', { name: 'Suppression list' });
  expect(await entry.getAttribute('aria-current')).toBe('page');
});

test('an entry whose address was erased is shown without it, and is removed by who knows the address', async () => {
  const erasedAt = '2026-11-23T10:00:00.000Z';
  const { address: _address, ...erased } = suppressionOf('ana@example.com', { reason: 'manual', erasedAt });
  fake.entries = [erased, suppressionOf('luis@example.com')];
  const page = await open();
  const row = page.getByRole('row', { name: /Erased: only a hash is kept.*Added by hand/ });
  await row.waitFor();
  expect(await row.getByRole('button').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Remove luis@example.com' }).count()).toBe(1);
});

test('a long list is paged', async () => {
  fake.entries = Array.from({ length: 120 }, (_, index) => suppressionOf(`r${index}@example.com`));
  const page = await open();
  await page.getByText('r0@example.com', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByText('r50@example.com', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByText('r119@example.com', { exact: true }).waitFor();
});

test('an empty list says how addresses come to it', async () => {
  const page = await open();
  await page.getByText('No address is suppressed').waitFor();
  await page.getByText(/come here by themselves/).waitFor();
});

test('one address is found; one that is not listed may be added', async () => {
  fake.entries = [suppressionOf('ana@example.com'), suppressionOf('luis@example.com')];
  const page = await open();
  const grid = page.getByRole('grid', { name: 'Suppression list' });
  await grid.getByText('luis@example.com').waitFor();
  await page.getByLabel('Find a whole address').fill('Ana@example.com ');
  await page.keyboard.press('Enter');
  await until(async () => (await grid.getByText('luis@example.com').count()) === 0);
  await grid.getByText('ana@example.com').waitFor();

  await page.getByLabel('Find a whole address').fill('eva@example.com');
  await page.keyboard.press('Enter');
  await page.getByText('eva@example.com is not on the list').waitFor();
  await grid.getByRole('button', { name: 'Add address' }).click();
  expect(await page.getByRole('dialog').getByLabel('Address', { exact: true }).inputValue()).toBe('eva@example.com');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Show all addresses' }).click();
  await grid.getByText('luis@example.com').waitFor();
});

test('an address is added with its reason, by keyboard too; a wrong one is told in the dialogue', async () => {
  const page = await open();
  await page.getByText('No address is suppressed').waitFor();
  await page.getByRole('button', { name: 'Add address' }).first().press('Enter');
  const dialog = page.getByRole('dialog');
  const field = dialog.getByLabel('Address', { exact: true });
  await field.fill('ana@');
  await dialog.getByRole('button', { name: 'Add address' }).click();
  await dialog.getByText(/this is not an email address that can be delivered to/).waitFor();

  await field.fill('Ana@example.com');
  await dialog.getByRole('radio', { name: 'Unsubscribed' }).check();
  await dialog.getByRole('button', { name: 'Add address' }).press('Enter');
  await page.getByText('ana@example.com gets no campaigns any more').waitFor();
  await page.getByRole('row', { name: /ana@example.com.*Unsubscribed/ }).waitFor();
  expect(fake.changes.at(-1)).toBe('PUT /suppressions/Ana%40example.com application/json {"reason":"unsubscribed"}');
});

test('a stronger reason stays, and is named', async () => {
  fake.entries = [suppressionOf('ana@example.com', { reason: 'complained' })];
  const page = await open();
  await page.getByRole('button', { name: 'Add address' }).click();
  await page.getByRole('dialog').getByLabel('Address', { exact: true }).fill('ana@example.com');
  await page.getByRole('dialog').getByRole('button', { name: 'Add address' }).click();
  await page.getByText('ana@example.com was on the list already: Complained').waitFor();
});

test('a removal says what it means, and asks once more for an address that bounced', async () => {
  fake.entries = [
    suppressionOf('ana@example.com'),
    suppressionOf('luis@example.com', { reason: 'bounced', sendId: SEND_ID }),
  ];
  const page = await open();
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Remove ana@example.com' }).click();
  await dialog.getByText(/only if the recipient has asked for them again/).waitFor();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('ana@example.com may get campaigns again').waitFor();
  await until(async () => (await page.getByRole('row', { name: /ana@example.com/ }).count()) === 0);

  await page.getByRole('button', { name: 'Remove luis@example.com' }).click();
  await dialog.getByText(/AWS reviews an account when 5 % of its emails bounce/).waitFor();
  const confirm = dialog.getByRole('button', { name: 'Remove' });
  expect(await confirm.isDisabled()).toBe(true);
  await dialog.getByRole('checkbox', { name: 'I know that the address works now' }).check();
  await confirm.click();
  await page.getByText('No address is suppressed').waitFor();
  expect(fake.changes).toEqual(['DELETE /suppressions/ana%40example.com', 'DELETE /suppressions/luis%40example.com']);
});

test('a file is imported as CSV, and its skipped rows are shown with their reasons', async () => {
  fake.imported = {
    added: 1200,
    unchanged: 3,
    skipped: 1,
    skippedRows: [{ row: 4, email: 'nobody', reason: 'This is not a valid email address.' }],
  };
  const page = await open();
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
  await dialog.locator('input[type=file]').setInputFiles(CSV);
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('1,200 addresses added. 3 unchanged. 1 row skipped.').waitFor();
  await page.getByRole('row', { name: /4.*nobody.*This is not a valid email address/ }).waitFor();
  expect(fake.changes).toEqual(['POST /suppressions text/csv email\nana@example.com\n']);
});

test('a file that the API refuses stays chosen, with the reason', async () => {
  const page = await open();
  await page.getByText('No address is suppressed').waitFor();
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[type=file]').setInputFiles(CSV);
  fake.failing = {
    status: 400,
    title: 'InvalidCsv',
    detail: 'The header names neither the column "email" nor "address".',
  };
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByText(/names neither the column/).waitFor();
  await dialog.getByText('list.csv').waitFor();
});

test('the export is the whole list in one file, however many parts the API makes of it', async () => {
  fake.entries = ['ana', 'luis', 'eva'].map((name) => suppressionOf(`${name}@example.com`));
  fake.linesPerPart = 2;
  const page = await open();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('suppressions.csv');
  const line = (name: string) => `"${name}@example.com","unsubscribed","",""\n`;
  expect(await readFile(await download.path(), 'utf8')).toBe(
    `\uFEFF"email","reason","since","sendId"\n${line('ana')}${line('luis')}${line('eva')}`,
  );
});

test('an API that is out of order is told, and the list comes back with it', async () => {
  fake.failing = { status: 503, title: 'Service Unavailable', detail: 'DynamoDB is throttled.' };
  fake.entries = [suppressionOf('ana@example.com')];
  const page = await open();
  await page.getByText('Suppression list cannot be loaded').waitFor();
  await page.getByText('DynamoDB is throttled.').waitFor();
  fake.failing = undefined;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('ana@example.com').waitFor();
});

test('a phone shows cards without a horizontal scroll bar; in Spanish too', async () => {
  fake.entries = [suppressionOf(`${'long.name'.repeat(6)}@department.of.some.example.com`, { sendId: SEND_ID })];
  const page = await open('', { viewport: PHONE, locale: 'es-ES' });
  await page.getByRole('heading', { name: 'Lista de supresión' }).waitFor();
  await page.getByText('Se dio de baja').waitFor();
  await page.getByRole('button', { name: /^Quitar long/ }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
});
