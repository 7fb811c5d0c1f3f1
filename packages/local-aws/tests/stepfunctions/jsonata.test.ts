import { definitionOf, Harness } from './support/harness.ts';

let engine: Harness;
beforeAll(async () => {
  engine = await Harness.start();
});
afterAll(() => engine.close());

const run = async (Output: unknown) => {
  const { described } = await engine.run(definitionOf({ P: { Type: 'Pass', Output, End: true } }));
  return described;
};

/** The part of the cause after "threw an error during evaluation". */
const failureOf = async (expression: string) => {
  const { status, error, cause } = await run(`{% ${expression} %}`);
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  const subject =
    "An error occurred while executing the state 'P' (entered at the event id #2). The JSONata expression '" +
    `${expression}' specified for the field 'Output' threw an error during evaluation`;
  expect(cause.startsWith(subject)).toBe(true);
  return cause.slice(subject.length);
};

test('has the functions of Step Functions', async () => {
  const { output } = await run({
    partition: '{% $partition([1,2,3,4,5], 2) %}',
    range: '{% $range(0, 10, 5) %}',
    down: '{% $range(3, 1, -1) %}',
    hash: "{% $hash('abc', 'SHA-256') %}",
    random: '{% $random(42) %}',
    uuid: '{% $uuid() %}',
    parse: `{% $parse('{"a": [1]}').a %}`,
  });
  expect(JSON.parse(output)).toEqual({
    partition: [[1, 2], [3, 4], [5]],
    range: [0, 5, 10],
    down: [3, 2, 1],
    hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    // Measured on AWS: the first double of java.util.Random with this seed.
    random: 0.7275636800328681,
    uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    parse: [1],
  });
});

test('$eval is not a function, as on AWS', async () => {
  expect(await failureOf('$eval("1+1")')).toBe('. T1006: Attempted to invoke a non-function');
});

test.each(['$states.input.a ?: 1', '$states.input.a ?? 1'])('refuses %s, which 2.0.6 does not know', async (source) => {
  const definition = definitionOf({ P: { Type: 'Pass', Output: `{% ${source} %}`, End: true } });
  await expect(engine.create(definition)).rejects.toMatchObject({ code: 'InvalidDefinition' });
});

test('a type error names the expression, its field and the JSONata error code', async () => {
  expect(await failureOf("1 + 'a'")).toMatch(/^\. T2002: /);
});

test('an error of a Step Functions function has no code', async () => {
  expect(await failureOf('$partition([1], 0)')).toMatch(/^: \$partition /);
});

test('an expression that does not end fails after a second', async () => {
  expect(await failureOf('($f := function($x) { $f($x + 1) }; $f(1))')).toBe(
    ': Expression evaluation timeout: Check for infinite loop',
  );
});

test('an expression may nest 100 levels', async () => {
  const sum = (terms: number) => Array(terms).fill('1').join(' + ');
  expect((await run(`{% ${sum(99)} %}`)).output).toBe('99');
  expect(await failureOf(sum(200))).toBe(
    ': Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.',
  );
  expect((await run(`{% $sum([1..100].(${sum(50)})) %}`)).output).toBe('5000');
  // The members of an array are evaluated concurrently, which is no depth.
  expect((await run('{% $count($map([1..200], function($n) { [$n, $n + 1][[0, 1]] })) %}')).output).toBe('200');
});
