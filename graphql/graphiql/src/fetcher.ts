import type { GraphiQLProps } from 'graphiql';

type Fetcher = GraphiQLProps['fetcher'];

declare global {
  /** Set by the local stack in the pages that it serves; absent on AWS. */
  var PREGON_LOCAL: { apiKey?: string; aws: string } | undefined;
}

const NO_KEY =
  'The API asks for a key with the scope read, or operate for a mutation. Open "Headers" below the query and type {"Authorization": "Bearer <api key>"}, then run the query again.';

/** Posts to the API, with the local key unless the user entered an Authorization header. */
export const fetcher: Fetcher = async ({ query, variables, operationName }, { headers = {} } = {}) => {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: headersOf(headers),
    body: JSON.stringify({ query, variables, operationName }),
  });
  if (response.status === 401 || response.status === 403) return { errors: [{ message: NO_KEY }] };
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    return { errors: [{ message: `HTTP ${response.status}: ${body}` }] };
  }
};

function headersOf(typed: Record<string, string>): Headers {
  const headers = new Headers(typed);
  headers.set('content-type', 'application/json');
  const apiKey = globalThis.PREGON_LOCAL?.apiKey;
  if (apiKey && !headers.has('authorization')) headers.set('authorization', `Bearer ${apiKey}`);
  return headers;
}
