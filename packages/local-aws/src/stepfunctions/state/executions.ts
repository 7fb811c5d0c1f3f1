import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MachineType } from '../asl/types.ts';
import type { Execution, ExecutionStatus, StoredEvent } from '../execution/execution.ts';
import { HISTORY_SPAN } from './database.ts';
import { pack, unpack } from './packed.ts';
import { integer, optionalInteger, optionalText, type Row, text } from './rows.ts';

/** An execution in the store. */
export interface ExecutionRow {
  id: number;
  name: string;
  machine: string;
  revision: number;
  type: MachineType;
  mapRun: number;
  item: number;
  items: number;
  round: number;
  status: ExecutionStatus;
  input: string;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  started: number | undefined;
  stopped: number | undefined;
  redrives: number;
  redriven: number | undefined;
  events: number;
  /** The last id of a thread or a task attempt. Ids are not reused, because tokens contain them. */
  made: number;
  snapshot: string | undefined;
  transitions: number;
}

export const readExecution = (row: Row): ExecutionRow => ({
  id: integer(row, 'id'),
  name: text(row, 'name'),
  machine: text(row, 'machine'),
  revision: integer(row, 'revision'),
  type: text(row, 'type') === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
  mapRun: integer(row, 'map_run'),
  item: integer(row, 'item'),
  items: integer(row, 'items'),
  round: integer(row, 'round'),
  status: text(row, 'status') as ExecutionStatus,
  input: unpack(row, 'input'),
  output: optionalText(row, 'output'),
  error: optionalText(row, 'error'),
  cause: optionalText(row, 'cause'),
  started: optionalInteger(row, 'started'),
  stopped: optionalInteger(row, 'stopped'),
  redrives: integer(row, 'redrives'),
  redriven: optionalInteger(row, 'redriven'),
  events: integer(row, 'events'),
  made: integer(row, 'made'),
  snapshot: optionalText(row, 'snapshot'),
  transitions: integer(row, 'transitions'),
});

/** A child that has not started. */
export interface PendingChild {
  id: number;
  name: string;
  item: number;
  items: number;
  input: string;
}

/** Executions and their histories. Writes must happen inside a commit. */
export class ExecutionStore {
  readonly #insert: StatementSync;
  readonly #insertPending: StatementSync;
  readonly #update: StatementSync;
  readonly #append: StatementSync;
  readonly #forgetHistory: StatementSync;
  readonly #forgetInput: StatementSync;
  readonly #get: StatementSync;
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insert = db.prepare(`INSERT INTO executions (id, name, machine, revision, type, map_run, item, items, input,
      round, status, output, error, cause, started, stopped, redrives, redriven, events, made,
      transitions, snapshot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#insertPending = db.prepare(`INSERT INTO executions (id, name, machine, revision, type, map_run, item, items,
      input, round, status, redrives, events, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'PENDING', 0, 0, 0)`);
    this.#update =
      db.prepare(`UPDATE executions SET round = ?, status = ?, output = ?, error = ?, cause = ?, started = ?,
      stopped = ?, redrives = ?, redriven = ?, events = ?, made = ?, transitions = ?,
      snapshot = ? WHERE id = ?`);
    this.#append = db.prepare('INSERT INTO history (id, events) VALUES (?, ?)');
    this.#forgetHistory = db.prepare('DELETE FROM history WHERE id >= ? AND id < ?');
    this.#forgetInput = db.prepare("UPDATE executions SET input = '{}' WHERE id = ?");
    this.#get = db.prepare('SELECT * FROM executions WHERE id = ?');
  }

  lastId(): number {
    const removed = this.#db.prepare("SELECT value FROM meta WHERE key = 'highest execution'").get();
    const highest = this.#db.prepare('SELECT max(id) AS id FROM executions').get();
    return Math.max(integer(removed ?? {}, 'value'), integer(highest ?? {}, 'id'));
  }

  get(id: number): ExecutionRow | undefined {
    const row = this.#get.get(id);
    return row && readExecution(row);
  }

  byName(machine: string, name: string): ExecutionRow | undefined {
    const where = "machine = ? AND name = ? AND map_run = 0 AND type = 'STANDARD'";
    const row = this.#db.prepare(`SELECT * FROM executions WHERE ${where}`).get(machine, name);
    return row && readExecution(row);
  }

  /** A page of the executions of a machine, newest first. */
  list(
    machine: string,
    page: { status?: string; before?: { started: number; id: number }; limit: number },
  ): ExecutionRow[] {
    const { status, before, limit } = page;
    const filters = [
      "machine = ? AND map_run = 0 AND type = 'STANDARD'",
      ...(status === undefined ? [] : ['status = ?']),
      ...(before === undefined ? [] : ['(started, id) < (?, ?)']),
    ];
    const values = [
      machine,
      ...(status === undefined ? [] : [status]),
      ...(before ? [before.started, before.id] : []),
      limit,
    ];
    const query = `SELECT * FROM executions WHERE ${filters.join(' AND ')} ORDER BY started DESC, id DESC LIMIT ?`;
    return this.#db
      .prepare(query)
      .all(...values)
      .map(readExecution);
  }

  /** A page of the started children of a Map Run, newest first. */
  listChildren(
    run: number,
    page: { status?: string; redriven?: boolean; before?: number; limit: number },
  ): ExecutionRow[] {
    const { status, redriven, before, limit } = page;
    const filters = [
      'map_run = ?',
      status === undefined ? "status <> 'PENDING'" : 'status = ?',
      ...(redriven === undefined ? [] : [redriven ? 'redrives > 0' : 'redrives = 0']),
      ...(before === undefined ? [] : ['id < ?']),
    ];
    const values = [run, ...(status === undefined ? [] : [status]), ...(before === undefined ? [] : [before]), limit];
    const query = `SELECT * FROM executions WHERE ${filters.join(' AND ')} ORDER BY id DESC LIMIT ?`;
    return this.#db
      .prepare(query)
      .all(...values)
      .map(readExecution);
  }

  redriveToken(execution: number, token: string): number | undefined {
    const query = 'SELECT redriven FROM redrive_tokens WHERE execution = ? AND token = ?';
    return optionalInteger(this.#db.prepare(query).get(execution, token) ?? {}, 'redriven');
  }

  saveRedriveToken(execution: number, token: string, redriven: number): void {
    const query = 'INSERT INTO redrive_tokens (execution, token, redriven) VALUES (?, ?, ?)';
    this.#db.prepare(query).run(execution, token, redriven);
  }

  /** The running executions, parents before their children. */
  running(): ExecutionRow[] {
    const roots = "SELECT * FROM executions WHERE map_run = 0 AND status = 'RUNNING'";
    // Children run only in running Map Runs, so the index on the Map Run finds them.
    const children = `SELECT e.* FROM map_runs m CROSS JOIN executions e
      ON e.map_run = m.id AND e.map_run > 0 AND e.status = 'RUNNING' WHERE m.status = 'RUNNING'`;
    const rows = [...this.#db.prepare(roots).all(), ...this.#db.prepare(children).all()].map(readExecution);
    return rows.sort((a, b) => a.id - b.id);
  }

  /** One event; undefined if it does not exist. */
  event(execution: number, id: number): StoredEvent | undefined {
    return this.history(execution, id, 1)[0]?.event;
  }

  /** Writes the row and the new events of an execution. */
  save(execution: Execution): void {
    const { fresh } = execution;
    if (fresh.length > 0) {
      // As on AWS, EXPRESS executions have no history.
      if (execution.type === 'STANDARD') {
        const first = execution.events - fresh.length + 1;
        this.#append.run(execution.id * HISTORY_SPAN + first, pack(JSON.stringify(fresh)));
      }
      execution.fresh = [];
    }
    const isOpen =
      execution.status !== 'SUCCEEDED' && (execution.status === 'RUNNING' || execution.type === 'STANDARD');
    const state = [
      execution.round,
      execution.status,
      execution.output?.text ?? null,
      execution.error ?? null,
      execution.cause ?? null,
      execution.started,
      execution.stopped ?? null,
      execution.redrives,
      execution.redriven ?? null,
      execution.events,
      execution.made,
      execution.transitions,
      isOpen ? execution.snapshot() : null,
    ] as const;
    execution.dirty = false;
    if (!execution.isNew) {
      this.#update.run(...state, execution.id);
      return;
    }
    execution.isNew = false;
    const { id, name, machine, type, origin, input } = execution;
    const key = [
      id,
      name,
      machine.name,
      machine.revision,
      type,
      origin.mapRun,
      origin.item,
      origin.items,
      pack(input.text),
    ] as const;
    this.#insert.run(...key, ...state);
  }

  /** Deletes the history of an execution that has ended. Its row stays, for the counts and the usage. */
  forgetHistory(id: number): void {
    this.#forgetHistory.run(id * HISTORY_SPAN, (id + 1) * HISTORY_SPAN);
  }

  /** Empties the input of an execution that never runs again, and whose input nobody can ask for. */
  forgetInput(id: number): void {
    this.#forgetInput.run(id);
  }

  addPending(child: PendingChild, run: { id: number; machine: string; revision: number; type: MachineType }): void {
    const { id, name, item, items, input } = child;
    this.#insertPending.run(id, name, run.machine, run.revision, run.type, run.id, item, items, pack(input));
  }

  /** The events of an execution from event `from` on, in order: about `limit` of them, because whole chunks are read. */
  history(execution: number, from: number, limit: number): { id: number; event: StoredEvent }[] {
    const base = execution * HISTORY_SPAN;
    const rows = this.#db
      .prepare(`SELECT id, events FROM history WHERE id < ?2 AND id >=
        coalesce((SELECT max(id) FROM history WHERE id BETWEEN ?1 AND ?3), ?1) ORDER BY id`)
      .iterate(base, base + HISTORY_SPAN, base + from);
    const found: { id: number; event: StoredEvent }[] = [];
    for (const row of rows) {
      const first = integer(row, 'id') - base;
      for (const [i, event] of (JSON.parse(unpack(row, 'events')) as StoredEvent[]).entries()) {
        if (first + i >= from) found.push({ id: first + i, event });
      }
      if (found.length >= limit) break;
    }
    return found;
  }
}
