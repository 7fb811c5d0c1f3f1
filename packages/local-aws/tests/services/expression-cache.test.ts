import conditionParser from 'dynalite/db/conditionParser.js';
import updateParser from 'dynalite/db/updateParser.js';
import { type Context, cacheParsed, type Parser } from '../../src/dynamodb/operations/expression-cache.ts';

type Value = Record<string, unknown>;

const contextOf = (attrNames: Record<string, string>, attrVals: Record<string, Value>): Context => ({
  attrNames,
  attrVals,
  unusedAttrNames: Object.fromEntries(Object.keys(attrNames).map((name) => [name, true])),
  unusedAttrVals: Object.fromEntries(Object.keys(attrVals).map((name) => [name, true])),
  isReserved: () => false,
  compare: (operator, first, second) =>
    operator === 'GT' && Number(Object.values(first)[0]) > Number(Object.values(second)[0]),
});

/** dynalite's own parser, and a caching parser that counts. */
function pair(parser: Parser) {
  const plain = parser.parse;
  let parsed = 0;
  const keeping: Parser = {
    parse: (expression, options) => {
      parsed += 1;
      return plain(expression, options);
    },
  };
  cacheParsed(keeping);
  return { plain, keeping, timesParsed: () => parsed };
}

const CLAIM = 'attribute_not_exists(#lease) OR (#lease.#until < :now AND NOT #status IN (:sent, :error))';
const NAMES = { '#lease': 'lease', '#until': 'leaseUntil', '#status': 'status' };
const values = (now: string) => ({ ':now': { N: now }, ':sent': { S: 'SENT' }, ':error': { S: 'ERROR' } });

describe('cached expressions', () => {
  it('are not parsed again, and differ only in their values', () => {
    const { plain, keeping, timesParsed } = pair(conditionParser);
    keeping.parse(CLAIM, { context: contextOf(NAMES, values('1')) });

    const again = keeping.parse(CLAIM, { context: contextOf(NAMES, values('2')) });

    expect(again).toEqual(plain(CLAIM, { context: contextOf(NAMES, values('2')) }));
    expect(JSON.stringify(again)).toContain('{"N":"2"}');
    expect(timesParsed()).toBe(1);
  });

  it('share no object that a caller can change', () => {
    const { keeping } = pair(updateParser);
    const parse = (to: string) =>
      keeping.parse('SET a.b = :to REMOVE c', { context: contextOf({}, { ':to': { S: to } }) }) as { paths: unknown[] };
    parse('x');
    const before = JSON.stringify(parse('y'));

    Object.assign(parse('y').paths[0] as object, { spoilt: true });

    expect(JSON.stringify(parse('y'))).toBe(before);
  });

  it('are parsed again for other names or values of other types', () => {
    const { plain, keeping, timesParsed } = pair(conditionParser);
    const parse = (parser: Parser['parse'], name: string, value: Value) =>
      parser('#a = :v', { context: contextOf({ '#a': name }, { ':v': value }) });
    parse(keeping.parse, 'one', { S: 'x' });

    expect(parse(keeping.parse, 'two', { S: 'x' })).toEqual(parse(plain, 'two', { S: 'x' }));
    expect(parse(keeping.parse, 'one', { N: '1' })).toEqual(parse(plain, 'one', { N: '1' }));
    expect(timesParsed()).toBe(3);
  });

  it('mark their own names and values as used, and no others', () => {
    const { keeping } = pair(conditionParser);
    const names = { '#mine': 'a', '#other': 'b' };
    const used = (already: boolean) => {
      const context = contextOf(names, { ':v': { S: 'x' }, ':w': { S: 'y' } });
      if (already) delete context.unusedAttrNames['#other'];
      keeping.parse('#mine = :v', { context });
      return [Object.keys(context.unusedAttrNames), Object.keys(context.unusedAttrVals)];
    };

    expect(used(true)).toEqual([[], [':w']]);
    expect(used(false)).toEqual([['#other'], [':w']]);
  });

  it('are parsed every time if they are refused or if the values themselves are checked', () => {
    const { keeping } = pair(conditionParser);
    const between = (from: string, to: string) =>
      keeping.parse('a BETWEEN :from AND :to', { context: contextOf({}, { ':from': { N: from }, ':to': { N: to } }) });

    expect(typeof between('1', '2')).toBe('object');
    expect(between('2', '1')).toContain('upper bound');
    expect(() => keeping.parse('a = ', { context: contextOf({}, {}) })).toThrow('end of input');
    expect(() => keeping.parse('a = ', { context: contextOf({}, {}) })).toThrow('end of input');
  });
});
