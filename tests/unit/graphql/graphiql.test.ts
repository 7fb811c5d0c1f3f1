import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGraphiql } from '../../../graphql/graphiql/build.ts';
import { exampleQueries } from '../../../graphql/graphiql/src/example-queries.ts';
import { aCampaign, BATCH, openGraphql } from './support.ts';

test.each(exampleQueries(BATCH))('the example query of tab %# runs', async ({ query, variables }) => {
  const graphql = await openGraphql({ campaigns: [aCampaign({ status: 'FAILED' })] });
  graphql.states.missing = false;
  graphql.states.execution.status = 'FAILED';

  const { executed, result } = await graphql.run(query, variables && JSON.parse(variables));
  await graphql.close();

  expect(executed).toBe(true);
  expect(result.errors).toBeUndefined();
});

test('each tab has a name of its own, and the campaign in its variables', () => {
  const names = exampleQueries(BATCH).map(({ query }) => /(?:query|mutation) (\w+)/.exec(query)?.[1]);

  expect(names).toEqual(['EmailStatus', 'EmailSends', 'Campaigns', 'Sends', 'Campaign', 'Redrive']);
  for (const { query, variables = '' } of exampleQueries(BATCH)) {
    if (query.includes('$batchId')) expect(JSON.parse(variables)).toEqual({ batchId: BATCH });
  }
});

test('the page has all its files and loads nothing from another origin', async () => {
  const outdir = await mkdtemp(join(tmpdir(), 'graphiql-'));
  try {
    await buildGraphiql(outdir);

    const html = await readFile(join(outdir, 'index.html'), 'utf8');
    const references = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, path = '']) => path);
    expect(references).toHaveLength(2);
    for (const path of references) await access(join(outdir, path.replace('/graphql/', '')));
    expect(html).not.toMatch(/(?:src|href)="https?:/);
  } finally {
    await rm(outdir, { recursive: true });
  }
});
