import 'graphiql/style.css';
import './graphql.css';
import { GraphiQL } from 'graphiql';
import { useEffect, useState } from 'react';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { local } from '../frame/local.ts';
import { Loading } from '../frame/PageStates.tsx';
import { GRAPHQL } from '../frame/router.ts';
import { useTheme } from '../frame/theme.ts';
import { exampleQueries } from './exampleQueries.ts';
import { fetcher, newestCampaign } from './fetcher.ts';

/** A key that was entered for the session is added to each request, and not shown. */
const HEADERS = JSON.stringify(local === undefined ? {} : { Authorization: `Bearer ${local.apiKey}` }, undefined, 2);

/** GraphiQL with example queries. */
export default function GraphqlPage() {
  usePageTitle([{ text: 'GraphQL', href: GRAPHQL }]);
  const { dark } = useTheme();
  const [batchId, setBatchId] = useState<string>();
  useEffect(() => {
    void newestCampaign().then(setBatchId);
  }, []);
  if (batchId === undefined) return <Loading what="GraphiQL" />;
  return (
    <div className="pg-graphiql">
      <h1 className="pg-unseen">GraphQL</h1>
      <GraphiQL
        fetcher={fetcher}
        forcedTheme={dark ? 'dark' : 'light'}
        defaultTabs={exampleQueries(batchId).map((example) => ({ variables: null, ...example, headers: HEADERS }))}
        defaultHeaders={HEADERS}
        defaultEditorToolsVisibility="variables"
      />
    </div>
  );
}
