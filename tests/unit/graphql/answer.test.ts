import { answer, type HttpRequest } from '../../../graphql/answer.ts';
import { createSchema } from '../../../graphql/schema.ts';
import { inMemory } from './in-memory.ts';

const schema = createSchema();
const { context } = inMemory({});

async function post(request: Partial<HttpRequest> & { json?: unknown }) {
  const { statusCode, headers, body } = await answer(
    { contentType: 'application/json', accept: '*/*', body: JSON.stringify(request.json), ...request },
    context,
    { schema, introspection: true, requestId: 'request-1', report: () => undefined },
  );
  return { statusCode, type: headers['content-type'], body: JSON.parse(body) };
}

test('answers a query', async () => {
  expect(await post({ json: { query: '{ __typename }' } })).toEqual({
    statusCode: 200,
    type: 'application/json; charset=utf-8',
    body: { data: { __typename: 'Query' } },
  });
});

test('runs the named one of several operations, with variables', async () => {
  const query = 'query A { __typename } query B($id: ID!) { send(sendId: $id) { email } }';

  const { body } = await post({ json: { query, operationName: 'B', variables: { id: 'a-1' }, extensions: {} } });

  expect(body).toEqual({ data: { send: null } });
});

test('takes null for what is not given', async () => {
  const { body } = await post({ json: { query: '{ __typename }', operationName: null, variables: null } });

  expect(body.errors).toBeUndefined();
});

test('a refused document is 200 to a client of application/json', async () => {
  const { statusCode, body } = await post({ json: { query: '{ nothing }' } });

  expect(statusCode).toBe(200);
  expect(body.errors[0]).toMatchObject({ message: 'Cannot query field "nothing" on type "Query".' });
});

test('and 400 to one that asks for the GraphQL media type', async () => {
  const { statusCode, type } = await post({
    accept: 'application/graphql-response+json, application/json;q=0.9',
    json: { query: '{ nothing }' },
  });

  expect({ statusCode, type }).toEqual({ statusCode: 400, type: 'application/graphql-response+json; charset=utf-8' });
});

test('a syntax error says where', async () => {
  const { body } = await post({ json: { query: '{ send( }' } });

  expect(body.errors[0]).toMatchObject({
    message: expect.stringContaining('Syntax Error'),
    locations: [{ line: 1, column: 9 }],
    extensions: { code: 'BadRequest' },
  });
});

test.each([
  ['text that is no JSON', { body: '{"query": ' }, 400, 'The body is not valid JSON'],
  ['no body', { body: '' }, 400, 'The body is not valid JSON'],
  ['a list of requests', { json: [{ query: '{ __typename }' }] }, 400, 'The body must be'],
  ['no query', { json: { variables: {} } }, 400, 'query:'],
  ['variables that are no object', { json: { query: '{ __typename }', variables: [1] } }, 400, 'variables:'],
  ['another content type', { contentType: 'text/plain', json: { query: '{ __typename }' } }, 415, 'Content-Type'],
  ['no content type', { contentType: undefined, json: { query: '{ __typename }' } }, 415, 'Content-Type'],
])('refuses %s', async (_, request, status, message) => {
  const { statusCode, body } = await post(request);

  expect(statusCode).toBe(status);
  expect(body.errors[0].message).toContain(message);
});
