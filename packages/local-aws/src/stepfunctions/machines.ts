import { randomUUID } from 'node:crypto';
import { parseJson } from '../json.ts';
import type { Arns } from './arns.ts';
import { compileDefinition } from './asl/compile.ts';
import type { MachineType, Problem } from './asl/types.ts';
import { ApiError } from './errors.ts';
import type { Machine } from './execution/machine.ts';
import type { MachineRow, MachineStore } from './state/machines.ts';
import type { EngineClock } from './timers.ts';

/** The fields that Create and Update set. */
export interface MachineFields {
  definition: string;
  role: string;
  logging: string | undefined;
  tracing: string | undefined;
}

/** AWS's error for an invalid definition. */
export const invalidDefinition = (problems: readonly Problem[]) =>
  new ApiError(
    'InvalidDefinition',
    `Invalid State Machine Definition: '${problems.map(({ code, message, location }) => `${code}: ${message} at ${location || '/'}`).join(', ')}'`,
  );

/** State machines, compiled once per revision. */
export class Machines {
  readonly store: MachineStore;
  readonly #arns: Arns;
  readonly #clock: EngineClock;
  readonly #random: () => number;
  readonly #compiled = new Map<number, Machine>();
  readonly #deleting: Set<string>;

  constructor(store: MachineStore, arns: Arns, clock: EngineClock, random: () => number) {
    this.store = store;
    this.#arns = arns;
    this.#clock = clock;
    this.#random = random;
    this.#deleting = new Set(store.list().flatMap(({ name, status }) => (status === 'DELETING' ? [name] : [])));
  }

  isDeleting(name: string): boolean {
    return this.#deleting.has(name);
  }

  /** The problems of a definition; none if it is valid. */
  problems(definition: string, type: MachineType, name = 'machine'): Problem[] {
    const raw = parseJson(definition);
    if (raw === undefined)
      return [{ code: 'INVALID_JSON_DESCRIPTION', location: '/', message: 'The definition is not valid JSON' }];
    return compileDefinition(raw, { name, type, random: this.#random }).problems;
  }

  /** Creates a machine. Creating the same one again succeeds. @throws ApiError */
  create(name: string, type: MachineType, fields: MachineFields): MachineRow {
    const found = this.store.get(name);
    if (found) {
      if (this.isDeleting(name))
        throw new ApiError('StateMachineDeleting', `State Machine is being deleted: '${this.#arns.machine(name)}'`);
      const isSame = found.definition === fields.definition && found.role === fields.role && found.type === type;
      if (isSame) return found;
      throw new ApiError('StateMachineAlreadyExists', `State Machine Already Exists: '${this.#arns.machine(name)}'`);
    }
    this.#check(fields.definition, type, name);
    const now = this.#clock.now();
    return this.store.save({
      name,
      type,
      status: 'ACTIVE',
      created: now,
      updated: now,
      revisionId: randomUUID(),
      ...fields,
    });
  }

  /** Adds a revision. Running executions keep theirs. @throws ApiError */
  update(machine: MachineRow, fields: Partial<MachineFields>): MachineRow {
    const { revision: _, ...rest } = machine;
    const next = { ...rest, ...fields, updated: this.#clock.now(), revisionId: randomUUID() };
    this.#check(next.definition, next.type, next.name);
    return this.store.save(next);
  }

  markDeleting(name: string): void {
    this.#deleting.add(name);
    this.store.markDeleting(name);
  }

  remove(name: string): void {
    this.#deleting.delete(name);
    this.store.remove(name);
  }

  /** The compiled revision of a machine. */
  compiled(row: MachineRow): Machine {
    const known = this.#compiled.get(row.revision);
    if (known) return known;
    const { name, type } = row;
    const { definition, problems } = compileDefinition(JSON.parse(row.definition), {
      name,
      type,
      random: this.#random,
    });
    if (definition === undefined) throw invalidDefinition(problems);
    const machine = {
      name,
      arn: this.#arns.machine(name),
      type,
      roleArn: row.role,
      revision: row.revision,
      definition,
    };
    this.#compiled.set(row.revision, machine);
    return machine;
  }

  /** The machine at the revision that an execution was started with. */
  at(name: string, revision: number): Machine {
    const known = this.#compiled.get(revision);
    if (known) return known;
    const row = this.store.at(name, revision);
    if (row === undefined) throw new Error(`The state machine ${name} has no revision ${revision}`);
    return this.compiled(row);
  }

  #check(definition: string, type: MachineType, name: string): void {
    const problems = this.problems(definition, type, name);
    if (problems.length > 0) throw invalidDefinition(problems);
  }
}
