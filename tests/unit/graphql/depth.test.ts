import { buildSchema, parse, validate } from 'graphql';
import { depthLimit } from '../../../graphql/limits/depth.ts';

const schema = buildSchema('type Query { node: Node } type Node { id: ID node: Node }');
const errors = (query: string) => validate(schema, parse(query), [depthLimit(3)]).map(({ message }) => message);

test('as deep as the limit is allowed', () => {
  expect(errors('{ node { node { id } } }')).toEqual([]);
});

test('deeper is refused', () => {
  expect(errors('{ node { node { node { id } } } }')).toEqual(['The query is 4 levels deep; at most 3 are allowed']);
});

test('levels behind fragments count', () => {
  const query =
    '{ node { ...A } } fragment A on Node { node { ... on Node { ...B } } } fragment B on Node { node { id } }';

  expect(errors(query)).toEqual(['The query is 4 levels deep; at most 3 are allowed']);
});

test('a circle of fragments ends', () => {
  expect(errors('{ node { ...A } } fragment A on Node { node { ...A } }')).toEqual([]);
});
