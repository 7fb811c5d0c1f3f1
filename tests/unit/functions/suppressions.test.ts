import { createSuppressions } from '../../../core/consent/suppressions.ts';
import { suppressionRoutes } from '../../../functions/suppressions/routes.ts';
import { httpClient } from '../support/http.ts';
import { openTable } from '../support/table.ts';

it('shows an entry whose address was erased without it, and leaves it out of the export', async () => {
  const table = await openTable();
  const suppressions = createSuppressions(table.control);
  const call = httpClient(suppressionRoutes({ suppressions }));
  await suppressions.add('bob@example.com', { reason: 'unsubscribed' });
  await suppressions.erase('ana@example.com');
  const at = new Date(table.clock.now()).toISOString();
  const entry = { reason: 'manual', since: at, erasedAt: at };

  expect((await call('GET /suppressions')).body.suppressions).toEqual(
    expect.arrayContaining([entry, { address: 'bob@example.com', reason: 'unsubscribed', since: at }]),
  );
  const asked = await call('GET /suppressions', { query: { address: 'ana@example.com' } });
  expect(asked.body).toEqual({ suppressions: [{ address: 'ana@example.com', ...entry }] });
  const path = { address: 'ana@example.com' };
  expect((await call('PUT /suppressions/{address}', { path, body: '{"reason":"complained"}' })).body).toEqual({
    address: 'ana@example.com',
    ...entry,
    reason: 'complained',
  });
  const lines = String((await call('GET /suppressions.csv')).body).split('\n');
  expect(lines.map((line) => line.split(',')[0])).toEqual(['\ufeff"email"', '"bob@example.com"', '']);
  expect((await call('DELETE /suppressions/{address}', { path })).status).toBe(204);
  await table.close();
});
