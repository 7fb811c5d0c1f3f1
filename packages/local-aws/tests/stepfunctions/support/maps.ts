import { definitionOf } from './harness.ts';

/** `rows` rows of a CSV with the columns row and name. */
export const csv = (rows: number) =>
  `row,name\n${Array.from({ length: rows }, (_, i) => `${i + 1},name ${i + 1}`).join('\n')}\n`;

const PASS = { Child: { Type: 'Pass', End: true } };

/** A distributed Map with these fields, whose children run these states. Without an ItemReader, its items are its input. */
export const distributed = (fields: object, states: Record<string, object> = PASS, ExecutionType = 'STANDARD') =>
  definitionOf({
    Rows: {
      Type: 'Map',
      Label: 'Rows',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType },
        StartAt: Object.keys(states)[0],
        States: states,
      },
      ...fields,
      End: true,
    },
  });

/** An ItemReader of the object that the input's `key` names in the bucket `files`. */
export const reader = (ReaderConfig: object = { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }) => ({
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig,
    Arguments: { Bucket: 'files', Key: '{% $states.input.key %}' },
  },
});

export const writer = {
  ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'results', Prefix: 'run/' } },
};

/** A child's state that calls the function `work` with the child's input. */
export const WORK = {
  Work: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: 'work', Payload: '{% $states.input %}' },
    Output: '{% $states.result.Payload %}',
    End: true,
  },
};

/** The response of a function that throws. */
export const thrown = (errorType: string) => ({
  body: { errorType },
  headers: { 'x-amz-function-error': 'Unhandled' },
});
