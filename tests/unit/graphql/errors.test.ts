import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PregonError } from '../../../core/errors.ts';
import { openGraphql } from './support.ts';

let graphql: Awaited<ReturnType<typeof openGraphql>>;
beforeEach(async () => {
  graphql = await openGraphql();
});
afterEach(() => graphql.close());

/** The answer to a query whose read of the table throws. */
async function failing(error: unknown) {
  const send = async () => {
    throw error;
  };
  const client = { send } as unknown as DynamoDBDocumentClient;
  graphql.deps.tables = { ...graphql.deps.tables, sends: { ...graphql.deps.tables.sends, client } };
  const { result, executed } = await graphql.run(`{ send(sendId: "a-1") { sendId } }`);
  return { error: result.errors?.[0], data: result.data, executed, faults: graphql.faults };
}

test('an unexpected error is masked, reported, and found again by the request id', async () => {
  const cause = new Error('connect ECONNREFUSED 10.0.0.7:8000');

  const { error, data, executed, faults } = await failing(cause);

  expect(error).toMatchObject({ message: 'Internal error', path: ['send'] });
  expect(error?.extensions).toEqual({ code: 'Internal', requestId: 'request-1' });
  expect(data).toEqual({ send: null });
  expect(executed).toBe(true);
  expect(faults).toEqual([cause]);
});

test('a service that is busy is masked and reported, with a code that says to try again', async () => {
  const cause = Object.assign(new Error('table pregon-dev-sends'), { $metadata: { httpStatusCode: 500 } });

  const { error, faults } = await failing(cause);

  expect(error?.message).toContain('Try again');
  expect(error?.extensions).toEqual({ code: 'Unavailable', retryAfter: 5 });
  expect(faults).toEqual([cause]);
});

test('an internal error of the catalogue is masked too', async () => {
  const { error, faults } = await failing(new PregonError('Internal', 'item without a status'));

  expect(error?.message).toBe('Internal error');
  expect(faults).toHaveLength(1);
});

test('an error of the catalogue shows its code and its detail', async () => {
  const { error, faults } = await failing(new PregonError('NothingToRedrive', 'Every row was sent'));

  expect(error).toMatchObject({ message: 'Every row was sent' });
  expect(error?.extensions).toEqual({ code: 'NothingToRedrive', classification: 'BAD_REQUEST' });
  expect(faults).toEqual([]);
});

test('a thrown value that is not an error is masked', async () => {
  const { error } = await failing('a string');

  expect(error?.message).toBe('Internal error');
});

test('a wrong argument says what is wrong', async () => {
  const { result, executed } = await graphql.run('{ listEmailStatus(from: "tomorrow") { sendId } }');

  expect(executed).toBe(false);
  expect(result.errors?.[0]?.message).toContain('DateTime must be an ISO 8601 time with a zone');
  expect(result.errors?.[0]?.extensions).toEqual({ code: 'BadRequest' });
});

test('a wrong variable says what is wrong and executes nothing', async () => {
  const query = 'query ($from: DateTime) { listEmailStatus(from: $from) { sendId } }';

  const { result, executed } = await graphql.run(query, { from: 7 });

  expect(executed).toBe(false);
  expect(result.errors?.[0]?.message).toContain('got 7');
});
