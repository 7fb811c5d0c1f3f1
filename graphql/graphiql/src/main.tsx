import 'graphiql/style.css';
import './page.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { exampleQueries } from './example-queries.ts';
import { fetcher, newestCampaign } from './fetcher.ts';

const apiKey = globalThis.PREGON_LOCAL?.apiKey;
const headers = JSON.stringify({ Authorization: `Bearer ${apiKey ?? ''}` }, undefined, 2);

const container = document.getElementById('graphiql');
if (!container) throw new Error('The page has no #graphiql');

const examples = exampleQueries(await newestCampaign());

createRoot(container).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={examples.map((example) => ({ variables: null, ...example, headers }))}
    defaultHeaders={headers}
    defaultEditorToolsVisibility={apiKey ? 'variables' : 'headers'}
  />,
);
