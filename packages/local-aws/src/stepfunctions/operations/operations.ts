import type { JsonObject } from '../../json.ts';
import type { Engine } from '../engine.ts';
import {
  describeExecution,
  listExecutions,
  redriveExecution,
  startExecution,
  startSyncExecution,
  stopExecution,
} from './executions.ts';
import { getExecutionHistory } from './history.ts';
import {
  createStateMachine,
  deleteStateMachine,
  describeStateMachine,
  describeStateMachineForExecution,
  listStateMachines,
  updateStateMachine,
  validateStateMachineDefinition,
} from './machines.ts';
import { describeMapRun, listMapRuns, updateMapRun } from './map-runs.ts';
import { optionalString } from './params.ts';
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './tokens.ts';

type Operation = (engine: Engine, params: JsonObject) => JsonObject | Promise<JsonObject>;

/** The operations by their names in the API. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['CreateStateMachine', createStateMachine],
  ['UpdateStateMachine', updateStateMachine],
  ['DeleteStateMachine', deleteStateMachine],
  ['DescribeStateMachine', describeStateMachine],
  ['DescribeStateMachineForExecution', describeStateMachineForExecution],
  ['ListStateMachines', listStateMachines],
  ['ValidateStateMachineDefinition', validateStateMachineDefinition],
  ['StartExecution', startExecution],
  ['StartSyncExecution', startSyncExecution],
  ['DescribeExecution', describeExecution],
  ['ListExecutions', listExecutions],
  ['StopExecution', stopExecution],
  ['RedriveExecution', redriveExecution],
  ['GetExecutionHistory', getExecutionHistory],
  ['ListMapRuns', listMapRuns],
  ['DescribeMapRun', describeMapRun],
  ['UpdateMapRun', updateMapRun],
  ['SendTaskSuccess', sendTaskSuccess],
  ['SendTaskFailure', sendTaskFailure],
  ['SendTaskHeartbeat', sendTaskHeartbeat],
  // These are not operations of AWS: the usage that AWS would bill, and the state machine of a task token.
  ['LocalUsage', localUsage],
  ['LocalTokenMachine', localTokenMachine],
]);

/** The ARN of the state machine of a token; that of a child of a Map Run has the label of the Map. Empty if the token is not valid. */
async function localTokenMachine(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const subject = engine.tokens.read(optionalString(params, 'taskToken') ?? '');
  const row = subject && engine.executions.get(subject.execution);
  const [, , , , , , name] = row ? engine.load(row).arn.split(':') : [];
  return name === undefined ? {} : { stateMachineArn: engine.arns.machine(name) };
}

/** The usage of all executions, or of those named `name` with their children. */
async function localUsage(engine: Engine, params: JsonObject): Promise<JsonObject> {
  return { ...(await engine.usage(optionalString(params, 'name'))) };
}
