import { getIntrospectionQuery } from 'graphql';
import { openGraphql } from './support.ts';

let graphql: Awaited<ReturnType<typeof openGraphql>>;
beforeAll(async () => {
  graphql = await openGraphql();
});
afterAll(() => graphql.close());

const ALL_FIELDS = `sendId batchId campaignId rowNumber email subject status channel attempts provider messageId
  error { code class message retryable } createdAt updatedAt lastAttemptAt cursor`;

const codes = async (query: string, variables?: Record<string, unknown>, introspection = true) => {
  const { result, executed } = await graphql.run(query, variables, { introspection });
  return { executed, codes: result.errors?.map((error) => error.extensions?.code) };
};
const fine = { executed: true, codes: undefined };

test('the largest page with every field is within the cost limit', async () => {
  expect(await codes(`{ listEmailStatus(limit: 1000) { ${ALL_FIELDS} } }`)).toEqual(fine);
  expect(
    await codes(
      `{ sends(first: 1000) { edges { cursor node { ${ALL_FIELDS} } } pageInfo { hasNextPage endCursor } } }`,
    ),
  ).toEqual(fine);
});

test('two such pages in one query are not', async () => {
  const page = `listEmailStatus(limit: 1000) { ${ALL_FIELDS} }`;

  expect(await codes(`{ a: ${page} b: ${page} }`)).toEqual({ executed: false, codes: ['QueryTooExpensive'] });
});

test('a page size in a variable, or its default, counts too', async () => {
  const query = `query ($n: Int = 1000) { a: listEmailStatus(limit: $n) { ${ALL_FIELDS} } b: listEmailStatus(limit: $n) { ${ALL_FIELDS} } }`;

  expect(await codes(query)).toMatchObject({ codes: ['QueryTooExpensive'] });
  expect(await codes(query, { n: 10 })).toEqual(fine);
});

test('a negative page size does not make a query cheaper', async () => {
  const query = `{
    a: listEmailStatus(limit: -100000) { ${ALL_FIELDS} }
    b: listEmailStatus(limit: 1000) { ${ALL_FIELDS} }
    c: listEmailStatus(limit: 1000) { ${ALL_FIELDS} }
  }`;

  expect(await codes(query)).toMatchObject({ codes: ['QueryTooExpensive'] });
});

test('a request cannot repeat a command without limit', async () => {
  const aliases = Array.from({ length: 40 }, (_, n) => `s${n}: stopCampaign(batchId: "x") { batchId }`);

  expect(await codes(`mutation { ${aliases.join(' ')} }`)).toMatchObject({ codes: ['QueryTooExpensive'] });
});

test('fragments that multiply each other are refused', async () => {
  const levels = Array.from({ length: 12 }, (_, n) => `fragment F${n} on Query { ${`...F${n + 1} `.repeat(9)} }`);
  const query = `{ ...F0 } ${levels.join(' ')} fragment F12 on Query { send(sendId: "a-1") { sendId } }`;

  expect((await codes(query)).executed).toBe(false);
});

test('fragments that spread each other in a circle are refused', async () => {
  const query = '{ send(sendId: "a-1") { ...A } } fragment A on EmailSend { ...B } fragment B on EmailSend { ...A }';

  expect(await codes(query)).toEqual({ executed: false, codes: ['BadRequest'] });
});

test('a query of endless tokens is refused', async () => {
  expect(await codes(`{ ${'send(sendId: "a-1") { sendId } '.repeat(2_000)} }`)).toEqual({
    executed: false,
    codes: ['BadRequest'],
  });
});

test('introspection works where it is on, as deep as GraphiQL asks', async () => {
  expect(await codes(getIntrospectionQuery())).toEqual(fine);
});

test('introspection is refused where it is off, other queries are not', async () => {
  const refused = await codes('{ __schema { queryType { name } } }', undefined, false);

  expect(refused.executed).toBe(false);
  expect(await codes('{ __typename }', undefined, false)).toEqual(fine);
});
