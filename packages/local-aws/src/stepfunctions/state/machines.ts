import type { DatabaseSync } from 'node:sqlite';
import type { MachineType } from '../asl/types.ts';
import { HISTORY_SPAN } from './database.ts';
import { integer, optionalText, type Row, text } from './rows.ts';

/** A state machine at one revision. */
export interface MachineRow {
  name: string;
  type: MachineType;
  status: 'ACTIVE' | 'DELETING';
  created: number;
  updated: number;
  /** Id of the stored definition. */
  revision: number;
  revisionId: string;
  definition: string;
  role: string;
  logging: string | undefined;
  tracing: string | undefined;
}

const SELECT = `SELECT m.name, m.type, m.status, m.created, m.updated, r.id AS revision, r.revision_id, r.definition,
  r.role, r.logging, r.tracing FROM machines m JOIN revisions r`;

const read = (row: Row): MachineRow => ({
  name: text(row, 'name'),
  type: text(row, 'type') === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
  status: text(row, 'status') === 'DELETING' ? 'DELETING' : 'ACTIVE',
  created: integer(row, 'created'),
  updated: integer(row, 'updated'),
  revision: integer(row, 'revision'),
  revisionId: text(row, 'revision_id'),
  definition: text(row, 'definition'),
  role: text(row, 'role'),
  logging: optionalText(row, 'logging'),
  tracing: optionalText(row, 'tracing'),
});

/** State machines and their revisions. They rarely change, so they are written at once. */
export class MachineStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  get(name: string): MachineRow | undefined {
    const row = this.#db.prepare(`${SELECT} ON r.id = m.revision WHERE m.name = ?`).get(name);
    return row && read(row);
  }

  /** The machine at a revision. */
  at(name: string, revision: number): MachineRow | undefined {
    const row = this.#db.prepare(`${SELECT} ON r.id = ? WHERE m.name = ?`).get(revision, name);
    return row && read(row);
  }

  list(): MachineRow[] {
    return this.#db.prepare(`${SELECT} ON r.id = m.revision ORDER BY m.name`).all().map(read);
  }

  /** Stores a new machine or a new revision, and returns it with the id of the revision. */
  save(machine: Omit<MachineRow, 'revision'>): MachineRow {
    const { name, type, status, created, updated, revisionId, definition, role } = machine;
    const { lastInsertRowid } = this.#db
      .prepare(
        'INSERT INTO revisions (machine, revision_id, definition, role, logging, tracing) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(name, revisionId, definition, role, machine.logging ?? null, machine.tracing ?? null);
    const revision = Number(lastInsertRowid);
    this.#db
      .prepare(
        'INSERT OR REPLACE INTO machines (name, type, status, revision, created, updated) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(name, type, status, revision, created, updated);
    return { ...machine, revision };
  }

  markDeleting(name: string): void {
    this.#db.prepare("UPDATE machines SET status = 'DELETING' WHERE name = ?").run(name);
  }

  /** Removes a machine and its executions, all of which have ended. */
  remove(name: string): void {
    this.#db.exec('BEGIN');
    // Tokens contain the ids of executions, so these must not be reused.
    keepHighestId(this.#db);
    const own = 'SELECT id FROM executions WHERE machine = ?';
    this.#db.prepare(`DELETE FROM history WHERE id / ${HISTORY_SPAN} IN (${own})`).run(name);
    for (const table of ['map_runs', 'redrive_tokens']) {
      this.#db.prepare(`DELETE FROM ${table} WHERE execution IN (${own})`).run(name);
    }
    for (const table of ['executions', 'revisions'])
      this.#db.prepare(`DELETE FROM ${table} WHERE machine = ?`).run(name);
    this.#db.prepare('DELETE FROM machines WHERE name = ?').run(name);
    this.#db.exec('COMMIT');
  }
}

/** Must be called before executions are removed. */
export function keepHighestId(db: DatabaseSync): void {
  const before = "SELECT value FROM meta WHERE key = 'highest execution'";
  db.exec(`INSERT OR REPLACE INTO meta
    SELECT 'highest execution', max(coalesce(max(id), 0), coalesce((${before}), 0)) FROM executions`);
}
