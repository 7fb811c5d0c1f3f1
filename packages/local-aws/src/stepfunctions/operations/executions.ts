import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../json.ts';
import type { Engine } from '../engine.ts';
import { ApiError, validationError } from '../errors.ts';
import { endExecution } from '../execution/end.ts';
import { Execution } from '../execution/execution.ts';
import { executionArn } from '../execution/load.ts';
import { redriveStatus } from '../execution/redrive-status.ts';
import { redrive } from '../execution/resume.ts';
import { Payload } from '../payload.ts';
import type { ExecutionRow } from '../state/executions.ts';
import type { MachineRow } from '../state/machines.ts';
import { findExecution, findMachine, findMapRun, findParent } from './lookup.ts';
import {
  checkedName,
  enumerated,
  executionInput,
  optionalString,
  pagePlace,
  pageSize,
  pageToken,
  requiredString,
  seconds,
} from './params.ts';

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] as const;

/** Starts an execution of a machine. */
export function begin(engine: Engine, machine: MachineRow, name: string, input: string): Execution {
  if (engine.machines.isDeleting(machine.name)) {
    throw new ApiError(
      'StateMachineDeleting',
      `State Machine is being deleted: '${engine.arns.machine(machine.name)}'`,
    );
  }
  const compiled = engine.machines.compiled(machine);
  const id = engine.nextId();
  const execution = new Execution({
    id,
    name,
    arn: executionArn(engine.arns, { id, name, machine: machine.name, type: machine.type }),
    machine: compiled,
    type: machine.type,
    origin: { mapRun: 0, item: 0, items: 0 },
    input: new Payload(input),
    block: compiled.definition.root.key,
    started: engine.clock.now(),
  });
  engine.interpreter.begin(execution);
  return execution;
}

export async function startExecution(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const machine = findMachine(engine, requiredString(params, 'stateMachineArn'));
  const name = checkedName(optionalString(params, 'name', Number.MAX_SAFE_INTEGER) ?? randomUUID());
  const input = executionInput(params, engine.max['states.dataBytes']);
  engine.commits.flush();
  const known = machine.type === 'STANDARD' ? engine.executions.byName(machine.name, name) : undefined;
  if (known) {
    const executionArn = engine.arns.execution(machine.name, name);
    if (known.status === 'RUNNING' && known.input === input) {
      return { executionArn, startDate: seconds(known.started ?? 0) };
    }
    throw new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
  }
  const execution = begin(engine, machine, name, input);
  await engine.commits.committed();
  return { executionArn: execution.arn, startDate: seconds(execution.started) };
}

export async function startSyncExecution(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const machine = findMachine(engine, requiredString(params, 'stateMachineArn'));
  if (machine.type !== 'EXPRESS') {
    throw new ApiError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine');
  }
  const name = checkedName(optionalString(params, 'name', Number.MAX_SAFE_INTEGER) ?? randomUUID());
  const execution = begin(engine, machine, name, executionInput(params, engine.max['states.dataBytes']));
  await engine.ended(execution);
  await engine.commits.committed();
  const stopped = execution.stopped ?? execution.started;
  const { output, error, cause } = execution;
  return {
    executionArn: execution.arn,
    stateMachineArn: engine.arns.machine(machine.name),
    name,
    startDate: seconds(execution.started),
    stopDate: seconds(stopped),
    status: execution.status,
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    input: execution.input.text,
    inputDetails: { included: true },
    ...(output && { output: output.text, outputDetails: { included: true } }),
    billingDetails: {
      billedMemoryUsedInMB: 64,
      // AWS bills in steps of 100 ms.
      billedDurationInMilliseconds: Math.max(100, Math.ceil((stopped - execution.started) / 100) * 100),
    },
  };
}

function redriveFields(engine: Engine, row: ExecutionRow): JsonObject {
  const facts = {
    isChild: row.mapRun > 0,
    type: row.type,
    stopped: row.stopped,
    now: engine.clock.now(),
    events: row.events,
  };
  const { status, reason } = redriveStatus(row.status, facts);
  return {
    redriveCount: row.redrives,
    ...(row.redriven !== undefined && { redriveDate: seconds(row.redriven) }),
    redriveStatus: status,
    ...(reason !== undefined && { redriveStatusReason: reason }),
  };
}

export function describeExecution(engine: Engine, params: JsonObject): JsonObject {
  const arn = requiredString(params, 'executionArn');
  const { row, label, run } = findExecution(engine, arn);
  return {
    executionArn: arn,
    stateMachineArn: engine.arns.machine(label === undefined ? row.machine : `${row.machine}/${label}`),
    name: row.name,
    status: row.status,
    startDate: seconds(row.started ?? 0),
    ...(row.stopped !== undefined && { stopDate: seconds(row.stopped) }),
    input: row.input,
    inputDetails: { included: true },
    ...(row.output !== undefined && { output: row.output, outputDetails: { included: true } }),
    ...(run && label !== undefined && { mapRunArn: engine.arns.mapRun(row.machine, label, run.uuid) }),
    ...(row.error !== undefined && { error: row.error }),
    ...(row.cause !== undefined && { cause: row.cause }),
    ...redriveFields(engine, row),
  };
}

export function listExecutions(engine: Engine, params: JsonObject): JsonObject {
  const limit = pageSize(params);
  const status = enumerated(params, 'statusFilter', STATUSES);
  const redriveFilter = enumerated(params, 'redriveFilter', ['REDRIVEN', 'NOT_REDRIVEN']);
  const machineArn = optionalString(params, 'stateMachineArn');
  const runArn = optionalString(params, 'mapRunArn', 2000);
  if ((machineArn === undefined) === (runArn === undefined)) {
    throw validationError('Exactly one of stateMachineArn and mapRunArn must be specified');
  }
  const scope = `${machineArn} ${runArn} ${status} ${redriveFilter}`;
  const place = pagePlace(params, scope)?.map(Number);
  engine.commits.flush();
  const filter = { ...(status !== undefined && { status }), limit: limit + 1 };
  if (runArn !== undefined) {
    const { run, plan, parent } = findMapRun(engine, runArn);
    const redriven = redriveFilter === undefined ? {} : { redriven: redriveFilter === 'REDRIVEN' };
    const before = place?.[0] === undefined ? {} : { before: place[0] };
    const rows = engine.executions.listChildren(run.id, { ...filter, ...redriven, ...before });
    const { machine } = parent.row;
    return listed(rows, limit, scope, (row) => ({
      executionArn: executionArn(engine.arns, row, plan.label),
      stateMachineArn: engine.arns.machine(`${machine}/${plan.label}`),
      mapRunArn: runArn,
      itemCount: row.items,
      ...listFields(row),
    }));
  }
  if (redriveFilter !== undefined) throw validationError('redriveFilter is only valid with mapRunArn');
  const machine = findMachine(engine, machineArn ?? '');
  if (machine.type === 'EXPRESS') {
    throw new ApiError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine');
  }
  const [started, id] = place ?? [];
  const before = started === undefined || id === undefined ? {} : { before: { started, id } };
  const rows = engine.executions.list(machine.name, { ...filter, ...before });
  return listed(rows, limit, scope, (row) => ({
    executionArn: executionArn(engine.arns, row),
    stateMachineArn: engine.arns.machine(row.machine),
    ...listFields(row),
  }));
}

const listFields = (row: ExecutionRow): JsonObject => ({
  name: row.name,
  status: row.status,
  startDate: seconds(row.started ?? 0),
  ...(row.stopped !== undefined && { stopDate: seconds(row.stopped) }),
  redriveCount: row.redrives,
  ...(row.redriven !== undefined && { redriveDate: seconds(row.redriven) }),
});

function listed(
  rows: ExecutionRow[],
  limit: number,
  scope: string,
  shown: (row: ExecutionRow) => JsonObject,
): JsonObject {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const place = last && (last.mapRun > 0 ? [last.id] : [last.started ?? 0, last.id]);
  return { executions: page.map(shown), ...(place && rows.length > limit && { nextToken: pageToken(scope, place) }) };
}

export async function stopExecution(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const { row } = findExecution(engine, requiredString(params, 'executionArn'));
  const error = optionalString(params, 'error');
  const cause = optionalString(params, 'cause', 32768);
  const live = engine.interpreter.live.get(row.id);
  if (live) endExecution(engine.interpreter, live, 'ABORTED', { error, cause }, 0);
  await engine.commits.committed();
  return { stopDate: seconds(live?.stopped ?? row.stopped ?? engine.clock.now()) };
}

export async function redriveExecution(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const arn = requiredString(params, 'executionArn');
  const row = findParent(engine, arn);
  const token = optionalString(params, 'clientToken', 64);
  const before = token === undefined ? undefined : engine.executions.redriveToken(row.id, token);
  if (before !== undefined) return { redriveDate: seconds(before) };
  const facts = { isChild: false, type: row.type, stopped: row.stopped, now: engine.clock.now(), events: row.events };
  const { reason } = redriveStatus(row.status, facts);
  if (reason !== undefined) {
    throw new ApiError('ExecutionNotRedrivable', `Execution ${arn} invalid for redrive as: ${reason}`);
  }
  const execution = engine.load(row);
  redrive(engine.interpreter, execution);
  const redriven = execution.redriven ?? engine.clock.now();
  if (token !== undefined) engine.commits.write(() => engine.executions.saveRedriveToken(row.id, token, redriven));
  await engine.commits.committed();
  return { redriveDate: seconds(redriven) };
}
