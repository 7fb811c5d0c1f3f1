import type { GraphiQLProps } from 'graphiql';
import { apiKey } from '../frame/key.ts';

type Fetcher = GraphiQLProps['fetcher'];

const NO_KEY =
  'The API asks for a key with the scope read, or operate for a mutation. Enter it on a page of the console, or open "Headers" below the query and type {"Authorization": "Bearer <api key>"}, then run the query again.';

/** Posts to the API, with the key of the session unless the user entered an Authorization header. */
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
  const key = apiKey();
  if (key !== undefined && !headers.has('authorization')) headers.set('authorization', `Bearer ${key}`);
  return headers;
}

const NEWEST_WITHIN_MS = 3_000;

/** The batchId of the newest campaign, with which the examples are filled. Empty where there is none, and where no key is known yet. */
export async function newestCampaign(): Promise<string> {
  if (apiKey() === undefined) return '';
  try {
    const response = await fetch('/campaigns?limit=1', {
      headers: headersOf({}),
      signal: AbortSignal.timeout(NEWEST_WITHIN_MS),
    });
    const { campaigns = [] } = (await response.json()) as { campaigns?: { batchId: string }[] };
    return campaigns[0]?.batchId ?? '';
  } catch {
    // The page is of use without it.
    return '';
  }
}
