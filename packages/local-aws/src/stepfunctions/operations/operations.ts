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
  // Not an operation of AWS: the usage that AWS would bill.
  ['LocalUsage', localUsage],
]);

/** The usage of all executions, or of those named `name` with their children. */
async function localUsage(engine: Engine, params: JsonObject): Promise<JsonObject> {
  return { ...(await engine.usage(optionalString(params, 'name'))) };
}
