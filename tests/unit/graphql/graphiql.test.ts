import { exampleQueries } from '../../../console/src/graphql/exampleQueries.ts';
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
