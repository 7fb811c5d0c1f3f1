import { chain, Harness } from './support/harness.ts';
import { csv, distributed, reader } from './support/maps.ts';

let engine: Harness;
beforeAll(async () => {
  engine = await Harness.start();
});
afterAll(() => engine.close());

const mapRunOf = async (executionArn: string) => {
  const { mapRuns } = await engine.call('ListMapRuns', { executionArn });
  return await engine.call('DescribeMapRun', { mapRunArn: mapRuns[0].mapRunArn });
};

/** The items of a reader, as the children of a Map without ItemSelector see them. */
const read = async (text: string, config: object) => {
  engine.aws.objects.set('files/read', text);
  const { described } = await engine.run(distributed(reader(config)), { key: 'read' });
  expect(described).toMatchObject({ status: 'SUCCEEDED' });
  return JSON.parse(described.output);
};

describe('the CSV reader', () => {
  const firstRow = { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' };

  test('reads values as text, fills short rows, drops surplus cells, keeps rows of spaces and delimiters', async () => {
    const rows = await read('A,B\r\n1,2\r\n3\r\n4,5,6\r\n   \r\n,\r\n\r\ntrue,null', firstRow);
    expect(rows).toEqual([
      { A: '1', B: '2' },
      { A: '3', B: '' },
      { A: '4', B: '5' },
      { A: '   ', B: '' },
      { A: '', B: '' },
      { A: 'true', B: 'null' },
    ]);
  });

  test('understands quotes, doubled quotes and newlines in quotes, and removes single backslashes', async () => {
    const rows = await read('A,B\n"a,b","say ""hi"""\n"two\nlines",C:\\dir\\\\x\n', firstRow);
    expect(rows).toEqual([
      { A: 'a,b', B: 'say "hi"' },
      { A: 'two\nlines', B: 'C:dir\\x' },
    ]);
  });

  test.each([
    ['COMMA', ','],
    ['PIPE', '|'],
    ['SEMICOLON', ';'],
    ['SPACE', ' '],
    ['TAB', '\t'],
  ])('splits at %s', async (CSVDelimiter, delimiter) => {
    expect(await read(`A${delimiter}B\n1${delimiter}2\n`, { ...firstRow, CSVDelimiter })).toEqual([{ A: '1', B: '2' }]);
  });

  test('uses given headers, and reads at most MaxItems rows', async () => {
    const given = { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['X', 'Y'], MaxItems: 2 };
    expect(await read('1,2\n3,4\n5,6\n', given)).toEqual([
      { X: '1', Y: '2' },
      { X: '3', Y: '4' },
    ]);
  });

  test.each([
    ['A,A\n1,2\n', 'CSV headers cannot contain duplicates.'],
    [undefined, 'The specified key does not exist.'],
  ])('fails the Map Run if the file cannot be read: %j', async (text, cause) => {
    if (text === undefined) engine.aws.objects.delete('files/bad');
    else engine.aws.objects.set('files/bad', text);
    const { described, events } = await engine.run(distributed(reader()), { key: 'bad' });
    expect(described).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    expect(described.cause).toContain(cause);
    expect(chain(events).slice(3)).toEqual([
      'MapRunStarted<3',
      'MapRunFailed<4',
      'MapStateFailed<5',
      'ExecutionFailed<6',
    ]);
  });
});

test('JSON arrays and JSON Lines are read', async () => {
  expect(await read('[{"a": "]"}, 2, [3, "\\"x"]]', { InputType: 'JSON' })).toEqual([{ a: ']' }, 2, [3, '"x']]);
  expect(await read('{"a":1}\n\n{"a":2}', { InputType: 'JSONL' })).toEqual([{ a: 1 }, { a: 2 }]);
  engine.aws.objects.set('files/object.json', '{"a": 1}');
  const { described } = await engine.run(distributed(reader({ InputType: 'JSON' })), { key: 'object.json' });
  expect(described).toMatchObject({
    error: 'States.ItemReaderFailed',
    cause: 'Attempting to map over non-iterable node.',
  });
});

describe('inputs of children', () => {
  test('ItemSelector sees the item, its index, its source and variables', async () => {
    engine.aws.objects.set('files/one.csv', csv(1));
    const definition = distributed({
      ...reader(),
      ItemSelector: {
        item: '{% $states.context.Map.Item.Value.name %}',
        index: '{% $states.context.Map.Item.Index %}',
        source: '{% $states.context.Map.Item.Source %}',
        key: '{% $states.input.key %}',
      },
    });
    const { described } = await engine.run(definition, { key: 'one.csv' });
    expect(JSON.parse(described.output)).toEqual([
      { item: 'name 1', index: 0, source: 'S3://files/one.csv', key: 'one.csv' },
    ]);
  });

  test('batches by count contain BatchInput, and items and executions are counted separately', async () => {
    const { arn, described } = await engine.run(
      distributed({ ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { of: '{% $count($states.input) %}' } } }),
      ['a', 'b', 'c'],
    );
    expect(JSON.parse(described.output)).toEqual([
      { BatchInput: { of: 3 }, Items: ['a', 'b'] },
      { BatchInput: { of: 3 }, Items: ['c'] },
    ]);
    expect(await mapRunOf(arn)).toMatchObject({
      itemCounts: { succeeded: 3, total: 3 },
      executionCounts: { succeeded: 2, total: 2 },
    });
  });

  test('batches by bytes never exceed the limit', async () => {
    const items = Array.from({ length: 40 }, (_, i) => 'ü'.repeat(i));
    const definition = distributed({ ItemBatcher: { MaxInputBytesPerBatch: 300, BatchInput: { a: 1 } } });
    const { described } = await engine.run(definition, items);
    const batches = JSON.parse(described.output) as { Items: string[] }[];
    expect(batches.flatMap(({ Items }) => Items)).toEqual(items);
    for (const batch of batches) expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThanOrEqual(300);
    expect(batches.length).toBeLessThan(12);
  });
});
