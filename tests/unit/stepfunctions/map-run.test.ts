import { definitionOf, Harness } from './support/harness.ts';

let engine: Harness;
beforeAll(async () => {
  engine = await Harness.start();
});
afterAll(() => engine.close());

const csv = (rows: number) => `row,name\n${Array.from({ length: rows }, (_, i) => `${i + 1},name ${i + 1}`).join('\n')}\n`;

const overFile = (fields: object, states: Record<string, object> = { Child: { Type: 'Pass', End: true } }) =>
  definitionOf({
    Rows: {
      Type: 'Map',
      Label: 'Rows',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
        Arguments: { Bucket: 'files', Key: '{% $states.input.key %}' },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: Object.keys(states)[0],
        States: states,
      },
      ...fields,
      End: true,
    },
  });

test('rows of a CSV become children, and their outputs the result', async () => {
  engine.aws.objects.set('files/three.csv', csv(3));
  const { described, events } = await engine.run(overFile({ MaxConcurrency: 2 }), { key: 'three.csv' });
  expect(described.status).toBe('SUCCEEDED');
  expect(JSON.parse(described.output)).toEqual([
    { row: '1', name: 'name 1' },
    { row: '2', name: 'name 2' },
    { row: '3', name: 'name 3' },
  ]);
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'MapStateEntered',
    'MapStateStarted',
    'MapRunStarted',
    'MapRunSucceeded',
    'MapStateSucceeded',
    'MapStateExited',
    'ExecutionSucceeded',
  ]);
});
