import { isObject, type Json, type JsonObject, parseJson } from '../../json.ts';
import { compileDefinition } from '../asl/compile.ts';
import type { Engine } from '../engine.ts';
import { ApiError } from '../errors.ts';
import type { MachineRow } from '../state/machines.ts';
import { findExecution, findMachine } from './lookup.ts';
import {
  checkedName,
  enumerated,
  optionalString,
  pagePlace,
  pageSize,
  pageToken,
  requiredString,
  seconds,
} from './params.ts';
import { asValidated } from './validate.ts';

const TYPES = ['STANDARD', 'EXPRESS'] as const;

const stored = (value: Json | undefined): string | undefined => (isObject(value) ? JSON.stringify(value) : undefined);

function checkedRole(params: JsonObject): string {
  const role = requiredString(params, 'roleArn');
  if (/^arn:aws[a-z-]*:iam::\d{12}:role\/.+/.test(role)) return role;
  throw new ApiError('InvalidArn', `Invalid Role Arn: '${role}'`);
}

export function createStateMachine(engine: Engine, params: JsonObject): JsonObject {
  const name = checkedName(requiredString(params, 'name', Number.MAX_SAFE_INTEGER));
  const definition = requiredString(params, 'definition', engine.max['states.definitionBytes']);
  const type = enumerated(params, 'type', TYPES) ?? 'STANDARD';
  const logging = stored(params.loggingConfiguration);
  const tracing = stored(params.tracingConfiguration);
  const row = engine.machines.create(name, type, { definition, role: checkedRole(params), logging, tracing });
  return { stateMachineArn: engine.arns.machine(name), creationDate: seconds(row.created) };
}

export function updateStateMachine(engine: Engine, params: JsonObject): JsonObject {
  const machine = findMachine(engine, requiredString(params, 'stateMachineArn'));
  if (engine.machines.isDeleting(machine.name)) {
    throw new ApiError(
      'StateMachineDeleting',
      `State Machine is being deleted: '${engine.arns.machine(machine.name)}'`,
    );
  }
  const definition = optionalString(params, 'definition', engine.max['states.definitionBytes']);
  const logging = stored(params.loggingConfiguration);
  const tracing = stored(params.tracingConfiguration);
  const role = params.roleArn === undefined ? undefined : checkedRole(params);
  if (definition === undefined && role === undefined && logging === undefined && tracing === undefined) {
    throw new ApiError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  }
  const row = engine.machines.update(machine, {
    ...(definition !== undefined && { definition }),
    ...(role !== undefined && { role }),
    ...(logging !== undefined && { logging }),
    ...(tracing !== undefined && { tracing }),
  });
  return { updateDate: seconds(row.updated), revisionId: row.revisionId };
}

/** Running executions end at their next transition. The machine is removed after the last one has ended. */
export function deleteStateMachine(engine: Engine, params: JsonObject): JsonObject {
  const arn = requiredString(params, 'stateMachineArn');
  const machine = findExisting(engine, arn);
  if (machine) {
    engine.machines.markDeleting(machine.name);
    engine.removeWhenIdle(machine.name);
  }
  return {};
}

/** Deleting a machine that does not exist succeeds. */
function findExisting(engine: Engine, arn: string): MachineRow | undefined {
  try {
    return findMachine(engine, arn);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'StateMachineDoesNotExist') return undefined;
    throw error;
  }
}

const configurations = ({ logging, tracing }: MachineRow): JsonObject => ({
  loggingConfiguration:
    logging === undefined ? { level: 'OFF', includeExecutionData: false } : (parseJson(logging) ?? {}),
  tracingConfiguration: tracing === undefined ? { enabled: false } : (parseJson(tracing) ?? {}),
});

export function describeStateMachine(engine: Engine, params: JsonObject): JsonObject {
  const row = findMachine(engine, requiredString(params, 'stateMachineArn'));
  return {
    stateMachineArn: engine.arns.machine(row.name),
    name: row.name,
    status: engine.machines.isDeleting(row.name) ? 'DELETING' : 'ACTIVE',
    definition: row.definition,
    roleArn: row.role,
    type: row.type,
    creationDate: seconds(row.created),
    ...configurations(row),
    revisionId: row.revisionId,
  };
}

export function listStateMachines(engine: Engine, params: JsonObject): JsonObject {
  const limit = pageSize(params);
  const [after = ''] = pagePlace(params, 'machines') ?? [];
  const rows = engine.machines.store.list().filter(({ name }) => name > String(after));
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    stateMachines: page.map(({ name, type, created }) => ({
      stateMachineArn: engine.arns.machine(name),
      name,
      type,
      creationDate: seconds(created),
    })),
    ...(last && rows.length > limit && { nextToken: pageToken('machines', [last.name]) }),
  };
}

/** The part of a definition that children of a Map Run execute. */
function processorOf(definition: Json, block: string, key = ''): Json | undefined {
  if (key === block) return definition;
  if (!isObject(definition) || !isObject(definition.States)) return undefined;
  for (const [name, state] of Object.entries(definition.States)) {
    if (!isObject(state)) continue;
    const branches = Array.isArray(state.Branches) ? state.Branches : [];
    const inner = [
      ...branches.map((branch, i) => processorOf(branch, block, `${key}/${name}/Branches[${i}]`)),
      state.ItemProcessor === undefined
        ? undefined
        : processorOf(state.ItemProcessor, block, `${key}/${name}/ItemProcessor`),
    ].find((found) => found !== undefined);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

export function describeStateMachineForExecution(engine: Engine, params: JsonObject): JsonObject {
  const { row, label, run } = findExecution(engine, requiredString(params, 'executionArn'));
  const machine = engine.machines.store.at(row.machine, row.revision);
  if (machine === undefined)
    throw new ApiError('ExecutionDoesNotExist', 'The state machine of the execution was deleted');
  const whole = parseJson(machine.definition) ?? {};
  const plan = run && engine.mapRunStore.get(run.id)?.plan;
  const block = plan === undefined ? undefined : String((parseJson(plan) as JsonObject).block);
  const part = block === undefined ? undefined : processorOf(whole, block);
  return {
    stateMachineArn: engine.arns.machine(label === undefined ? machine.name : `${machine.name}/${label}`),
    name: label === undefined ? machine.name : `${machine.name}/${label}`,
    definition: part === undefined ? machine.definition : JSON.stringify(part),
    roleArn: machine.role,
    updateDate: seconds(machine.updated),
    ...configurations(machine),
    revisionId: machine.revisionId,
    ...(run && label !== undefined && { label, mapRunArn: engine.arns.mapRun(machine.name, label, run.uuid) }),
  };
}

export async function validateStateMachineDefinition(engine: Engine, params: JsonObject): Promise<JsonObject> {
  const definition = requiredString(params, 'definition', engine.max['states.definitionBytes']);
  const type = enumerated(params, 'type', TYPES) ?? 'STANDARD';
  const raw = parseJson(definition);
  const problems =
    raw === undefined
      ? [{ code: 'INVALID_JSON_DESCRIPTION', location: '/', message: 'The definition is not valid JSON' }]
      : compileDefinition(raw, { name: 'validated', type, random: Math.random }).problems;
  return await asValidated(raw, problems, params);
}
