/** The fields that every state may have. */
const COMMON = ['Type', 'Comment', 'QueryLanguage'];
const FLOW = ['Next', 'End'];
const DATA = ['Output', 'Assign'];
const FAILURE = ['Retry', 'Catch'];

/** The fields of each type of state in JSONata mode. */
export const JSONATA_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Pass', [...COMMON, ...FLOW, ...DATA]],
  ['Succeed', [...COMMON, 'Output']],
  ['Fail', [...COMMON, 'Error', 'Cause']],
  ['Choice', [...COMMON, ...DATA, 'Choices', 'Default']],
  ['Wait', [...COMMON, ...FLOW, ...DATA, 'Seconds', 'Timestamp']],
  ['Task', [...COMMON, ...FLOW, ...DATA, ...FAILURE, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds']],
  ['Parallel', [...COMMON, ...FLOW, ...DATA, ...FAILURE, 'Arguments', 'Branches']],
  [
    'Map',
    [
      ...COMMON,
      ...FLOW,
      ...DATA,
      ...FAILURE,
      'Items',
      'ItemSelector',
      'ItemProcessor',
      'ItemReader',
      'ItemBatcher',
      'ResultWriter',
      'MaxConcurrency',
      'ToleratedFailureCount',
      'ToleratedFailurePercentage',
      'Label',
    ],
  ],
]);

/** The states that are supported in JSONPath mode, without the fields that contain paths. */
export const JSONPATH_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Pass', [...COMMON, ...FLOW, 'Result']],
  ['Succeed', COMMON],
  ['Fail', [...COMMON, 'Error', 'Cause']],
]);

/** Fields that only a distributed Map may have. */
export const DISTRIBUTED_FIELDS = [
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
  'Label',
] as const;
