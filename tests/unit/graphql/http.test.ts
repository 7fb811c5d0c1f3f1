import { graphqlRoutes } from '../../../functions/graphql/routes.ts';
import { httpClient } from '../support/http.ts';
import { openGraphql } from './support.ts';

let graphql: Awaited<ReturnType<typeof openGraphql>>;
beforeAll(async () => {
  graphql = await openGraphql();
});
afterAll(() => graphql.close());

interface Given {
  json?: unknown;
  body?: string;
  headers?: Record<string, string>;
}

async function post({ json, body = JSON.stringify(json), headers = {} }: Given) {
  const client = httpClient(graphqlRoutes(graphql.deps, { introspection: true }));
  const answer = await client('POST /graphql', { body, headers: { 'content-type': 'application/json', ...headers } });
  return { status: answer.status, type: answer.headers['content-type'], body: JSON.parse(answer.body) };
}

test('answers a query', async () => {
  expect(await post({ json: { query: '{ __typename }' } })).toEqual({
    status: 200,
    type: 'application/json; charset=utf-8',
    body: { data: { __typename: 'Query' } },
  });
});

test('runs the named operation of several, with variables', async () => {
  const query = 'query A { __typename } query B($id: ID!) { send(sendId: $id) { email } }';

  const { body } = await post({ json: { query, operationName: 'B', variables: { id: 'a-1' }, extensions: {} } });

  expect(body).toEqual({ data: { send: null } });
});

test('accepts null for a member that is left out', async () => {
  const { body } = await post({ json: { query: '{ __typename }', operationName: null, variables: null } });

  expect(body.errors).toBeUndefined();
});

test('answers 200 with a refused document to a client that accepts application/json', async () => {
  const { status, body } = await post({ json: { query: '{ nothing }' } });

  expect(status).toBe(200);
  expect(body.errors[0]).toMatchObject({ message: 'Cannot query field "nothing" on type "Query".' });
});

test('answers 400 with a refused document to a client that accepts the GraphQL media type', async () => {
  const { status, type } = await post({
    headers: { accept: 'application/graphql-response+json, application/json;q=0.9' },
    json: { query: '{ nothing }' },
  });

  expect({ status, type }).toEqual({ status: 400, type: 'application/graphql-response+json; charset=utf-8' });
});

test('locates a syntax error', async () => {
  const { body } = await post({ json: { query: '{ send( }' } });

  expect(body.errors[0]).toMatchObject({
    message: expect.stringContaining('Syntax Error'),
    locations: [{ line: 1, column: 9 }],
    extensions: { code: 'BadRequest' },
  });
});

test.each([
  ['a body that is not JSON', { body: '{"query": ' }, 400, 'The body is not valid JSON'],
  ['no body', { body: '' }, 400, 'query:'],
  ['a list of requests', { json: [{ query: '{ __typename }' }] }, 400, 'The body is not valid'],
  ['no query', { json: { variables: {} } }, 400, 'query:'],
  ['variables that are not an object', { json: { query: '{ __typename }', variables: [1] } }, 400, 'variables:'],
  ['another content type', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 415, 'Content-Type'],
  ['no content type', { headers: { 'content-type': '' }, body: '{}' }, 415, 'Content-Type'],
])('refuses %s', async (_, request: Given, expected, message) => {
  const { status, body } = await post(request);

  expect(status).toBe(expected);
  expect(body.errors[0].message).toContain(message);
});
