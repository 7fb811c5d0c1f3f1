import { jest } from '@jest/globals';
import validations from 'dynalite/validations/index.js';
import fc from 'fast-check';
import { operate } from '../../src/dynamodb/operations/operate.ts';
import { provision } from '../../src/dynamodb/operations/provision.ts';
import { dynaliteStore } from '../../src/dynamodb/state/dynalite-store.ts';
import { KeyValueStore } from '../../src/dynamodb/state/key-value-store.ts';
import { AWS_LIMITS } from '../../src/limits/limits.ts';

const TABLE = {
  name: 'rows',
  keySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  attributes: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'N' },
    { AttributeName: 'a', AttributeType: 'S' },
  ],
  globalIndexes: [
    {
      IndexName: 'byA',
      KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['b', 'c'] },
    },
  ],
  localIndexes: [],
};
const MAX_ITEM_BYTES = 120;

interface Execution {
  readonly Statement: string;
  readonly Parameters: unknown[];
}

async function open() {
  const kv = new KeyValueStore(undefined);
  const store = dynaliteStore(kv, { ...AWS_LIMITS.max, 'dynamodb.itemBytes': MAX_ITEM_BYTES });
  provision(kv, store, TABLE);
  // dynalite writes a new table once more, in a timer of no delay. This one is later.
  await new Promise((resolve) => setTimeout(resolve));
  const execute = (...statements: Execution[]) => {
    const Statements = statements.map((one) => ({ ...one, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
    let answer: unknown;
    // A request is JSON, so that no two calls share an object.
    const request = JSON.parse(JSON.stringify({ Statements }));
    try {
      operate(store, 'BatchExecuteStatement', request, (given) => {
        answer = given;
      });
    } catch (error) {
      // What dynalite does not expect. The thread answers 500.
      answer = String(error);
    }
    return answer;
  };
  const content = () => ['item-rows', 'index-global~rows~byA'].map((space) => [...kv.range(space)]);
  return { kv, execute, content };
}

const plain = fc.oneof(
  fc.constantFrom('', 'x', 'y', 'xy', 'x'.repeat(90)).map((S) => ({ S })),
  fc.constantFrom('0', '1', '2', '10', '1.50', '1e3', '-0', '007', '9'.repeat(39), 'one', '').map((N) => ({ N })),
  fc.boolean().map((BOOL) => ({ BOOL })),
);
const parameter: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: plain },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      { M: { x: { S: 'y' } } },
      { L: [{ N: '1.0' }, { S: 'x' }] },
      { SS: ['x', 'y'] },
      { NULL: true },
      {},
      { S: 'x', N: '1' },
      { S: 1 },
      null,
    ),
  },
);
const name = fc.constantFrom('a', 'b', 'c', 'm', 'l');
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constant('?') },
  fc.constantFrom("'x'", '1', '1.0', 'true', "['x', ?]"),
);
const path = fc.oneof({ weight: 4, arbitrary: name }, fc.constantFrom('m.x', 'l[0]', 'l[5]', 'missing.x', 'pk'));
const keys = 'pk = ? AND sk = ?';

const operand = fc.oneof(value, path, fc.constantFrom('b + ?', 'b - 1', 'list_append(l, ?)', 'size(a)'));
const comparison = fc.oneof(
  fc.tuple(path, fc.constantFrom('=', '<>', '<', '>='), operand).map((parts) => parts.join(' ')),
  fc.tuple(path, fc.constantFrom('IS MISSING', 'IS NOT MISSING', 'IS STRING')).map((parts) => parts.join(' ')),
  path.map((one) => `${one} BETWEEN ? AND ?`),
  path.map((one) => `${one} IN (?, 'x')`),
  path.map((one) => `begins_with(${one}, ?)`),
  path.map((one) => `contains(${one}, ?)`),
  path.map((one) => `attribute_type(${one}, ?)`),
);
const condition = fc.oneof(
  comparison,
  fc.tuple(comparison, fc.constantFrom('AND', 'OR'), comparison).map(([one, word, two]) => `(${one} ${word} ${two})`),
  comparison.map((one) => `NOT (${one})`),
);
const where = fc.oneof(
  fc.constant(keys),
  condition.map((one) => `${keys} AND ${one}`),
);
const returning = fc.constantFrom('', ' RETURNING ALL NEW *', ' RETURNING ALL OLD *', ' RETURNING MODIFIED NEW *');
const change = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(path, operand).map(([to, from]) => `SET ${to} = ${from}`) },
  path.map((one) => `REMOVE ${one}`),
  path.map((one) => `SET ${one} = set_add(${one}, ?)`),
);
const statement = fc.oneof(
  fc
    .uniqueArray(name, { maxLength: 3 })
    .chain((names) => fc.tuple(...names.map((one) => value.map((text) => `, '${one}': ${text}`))))
    .map((members) => `INSERT INTO rows VALUE {'pk': ?, 'sk': ?${members.join('')}}`),
  fc
    .tuple(fc.array(change, { minLength: 1, maxLength: 3 }), where, returning)
    .map(([changes, on, answer]) => `UPDATE rows ${changes.join(' ')} WHERE ${on}${answer}`),
  fc.tuple(where, returning).map(([on, answer]) => `DELETE FROM rows WHERE ${on}${answer}`),
);

/** A statement with parameters, of which those of the key name one of few items. */
const execution = (Statement: string): fc.Arbitrary<Execution> => {
  const before = Statement.split(/\bpk = \?|'pk': \?/)[0]?.split('?').length ?? 1;
  const count = Statement.split('?').length - 1;
  return fc
    .tuple(fc.array(parameter, { minLength: count, maxLength: count }), fc.constantFrom('1', '2', '2.0'))
    .map(([parameters, N]) => ({
      Statement,
      Parameters: parameters.map((one, at) => (at === before - 1 ? { S: 'p' } : at === before ? { N } : one)),
    }));
};
/** Few statements with changing parameters, as programs send them. */
const executions = fc
  .array(statement, { minLength: 2, maxLength: 4 })
  .chain((texts) => fc.array(fc.constantFrom(...texts).chain(execution), { minLength: 15, maxLength: 25 }));

describe('a statement whose parameters are not validated again', () => {
  it('does and answers what one does that is validated', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(executions, async (list) => {
        const [direct, validated] = [await open(), await open()];
        for (const one of list) {
          // A text that is new has to be validated.
          const other = { ...one, Statement: `${one.Statement} -- ${++run}` };
          expect([one, direct.execute(one)]).toEqual([one, validated.execute(other)]);
        }
        expect(direct.content()).toEqual(validated.content());
      }),
      { numRuns: 100 },
    );
  });

  it('is one of known text with parameters of known types', async () => {
    const { execute, content } = await open();
    const insert = (sk: string) => ({
      Statement: "INSERT INTO rows VALUE {'pk': ?, 'sk': ?, 'd': ?}",
      Parameters: [{ S: 'p' }, { N: sk }, { S: 'x' }],
    });
    const update = (sk: string, d: unknown) => ({
      Statement: 'UPDATE rows SET d = ? WHERE pk = ? AND sk = ? AND e IS MISSING',
      Parameters: [d, { S: 'p' }, { N: sk }],
    });
    const check = jest.spyOn(validations, 'checkValidations');
    execute(insert('1'), update('1', { S: 'y' }));
    const first = check.mock.calls.length;
    execute(insert('2'), insert('3'), update('2', { S: 'z' }));
    expect([first, check.mock.calls.length]).toEqual([2, 2]);
    execute(update('3', { N: '5' }), insert('4.5'));
    expect(check.mock.calls.length).toBe(4);
    check.mockRestore();
    expect(content()[0]).toHaveLength(4);
  });
});

it('refuses a parameter that is null, of a statement of each kind', async () => {
  const { execute } = await open();
  const statements = [
    "INSERT INTO rows VALUE {'pk': ?, 'sk': ?}",
    'UPDATE rows SET d = 1 WHERE pk = ? AND sk = ?',
    'DELETE FROM rows WHERE pk = ? AND sk = ?',
  ];

  const answer = execute(...statements.map((Statement) => ({ Statement, Parameters: [{ S: 'p' }, null] })));

  const { Responses } = JSON.parse((answer as { body: string }).body);
  expect(Responses.map(({ Error: error }: { Error?: { Code: string } }) => error?.Code)).toEqual(
    statements.map(() => 'ValidationError'),
  );
});
