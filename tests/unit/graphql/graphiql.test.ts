import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGraphiql } from '../../../graphql/graphiql/build.ts';
import { EXAMPLE_QUERIES } from '../../../graphql/graphiql/src/example-queries.ts';
import { aCampaign, graphqlOver } from './in-memory.ts';

test.each(EXAMPLE_QUERIES)('the example query of tab %# runs', async ({ query, variables }) => {
  const { run } = graphqlOver({ campaigns: [aCampaign({ batchId: '' })] });

  const { executed, result } = await run(query, variables ? JSON.parse(variables) : undefined);

  expect(executed).toBe(true);
  expect(result.errors).toBeUndefined();
});

test('the page is built whole: its files are there, and nothing comes from elsewhere', async () => {
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
