import { type ParsedArn, parseArn } from '../arns.ts';
import type { Engine } from '../engine.ts';
import { ApiError, validationError } from '../errors.ts';
import { childId } from '../map-run/manager.ts';
import type { Plan } from '../map-run/plan.ts';
import type { ExecutionRow } from '../state/executions.ts';
import type { MachineRow } from '../state/machines.ts';
import type { MapRunRow } from '../state/map-runs.ts';

const invalidArn = (why: string) => new ApiError('InvalidArn', `Invalid Arn: '${why}'`);

function parsed(arn: string, kinds: readonly string[]): ParsedArn {
  const parts = parseArn(arn);
  if (parts === undefined) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  if (!kinds.includes(parts.kind)) throw invalidArn(`Resource type not valid in this context: ${parts.kind}`);
  return parts;
}

/** Finds a state machine by its ARN. @throws ApiError */
export function findMachine(engine: Engine, arn: string): MachineRow {
  const { machine, label } = parsed(arn, ['stateMachine']);
  const row = label === undefined ? engine.machines.store.get(machine) : undefined;
  if (row === undefined) throw new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  return row;
}

export interface FoundExecution {
  row: ExecutionRow;
  /** The label of a child's Map Run. */
  label?: string;
  run?: MapRunRow;
}

/** Finds an execution or a child of a Map Run by its ARN. Commits pending writes first. @throws ApiError */
export function findExecution(engine: Engine, arn: string): FoundExecution {
  const { machine, label, name = '' } = parsed(arn, ['execution']);
  engine.commits.flush();
  if (label === undefined) {
    const row = engine.executions.byName(machine, name);
    if (row) return { row };
  } else {
    const row = engine.executions.get(childId(name));
    const run = row && engine.mapRunStore.get(row.mapRun);
    const isIt = row?.name === name && row.machine === machine && row.status !== 'PENDING' && row.type === 'STANDARD';
    if (row && isIt && run && planOf(run).label === label) return { row, label, run };
  }
  throw executionDoesNotExist(arn);
}

export const executionDoesNotExist = (arn: string) =>
  new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);

/** Finds an execution that is not a child. @throws ApiError */
export function findParent(engine: Engine, arn: string): ExecutionRow {
  if (parseArn(arn)?.label !== undefined) {
    throw validationError('Labeled Execution ARNs are not supported for this API');
  }
  return findExecution(engine, arn).row;
}

export const planOf = (run: MapRunRow): Plan => JSON.parse(run.plan) as Plan;

export interface FoundMapRun {
  run: MapRunRow;
  parent: FoundExecution;
  plan: Plan;
}

/** Finds a Map Run by its ARN. @throws ApiError */
export function findMapRun(engine: Engine, arn: string): FoundMapRun {
  const { machine, label, name = '' } = parsed(arn, ['mapRun']);
  engine.commits.flush();
  const run = engine.mapRunStore.byUuid(name);
  const row = run && engine.executions.get(run.execution);
  if (run && row?.machine === machine && planOf(run).label === label) {
    return { run, parent: parentOf(engine, row), plan: planOf(run) };
  }
  throw new ApiError('ResourceNotFound', `Resource not found: '${arn}'`);
}

function parentOf(engine: Engine, row: ExecutionRow): FoundExecution {
  const run = row.mapRun > 0 ? engine.mapRunStore.get(row.mapRun) : undefined;
  return run ? { row, run, label: planOf(run).label } : { row };
}
