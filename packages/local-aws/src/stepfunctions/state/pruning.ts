import type { DatabaseSync } from 'node:sqlite';
import { redriveStatus } from '../execution/redrive-status.ts';
import type { Commits } from './commits.ts';
import { HISTORY_SPAN } from './database.ts';
import { readExecution } from './executions.ts';
import { keepHighestId } from './machines.ts';
import { integer } from './rows.ts';
import { addPruned } from './usage.ts';

/** Children that one commit removes, so that the engine answers in between. */
const CHUNK = 500;
/** Whoever started an execution can read its end for so long. */
const READABLE_MS = 3_600_000;

export interface PruningDeps {
  readonly db: DatabaseSync;
  readonly commits: Commits;
  readonly now: () => number;
  /** How many of the newest executions of each machine are kept, besides those that run or may be redriven. */
  readonly kept: number;
}

/**
 * Removes the oldest executions that have ended with their Map Runs, children and histories, as AWS does after 90 days: they answer
 * ExecutionDoesNotExist, and their names may be used again. Their usage stays in the sums.
 */
export class Pruning {
  readonly #deps: PruningDeps;
  readonly #inWork = new Set<string>();

  constructor(deps: PruningDeps) {
    this.#deps = deps;
  }

  /** Called when an execution of the machine has ended. */
  prune(machine: string): void {
    if (this.#inWork.has(machine)) return;
    this.#inWork.add(machine);
    this.#next(machine);
  }

  #next(machine: string): void {
    const { commits } = this.#deps;
    let isDone = false;
    commits.write(() => {
      const root = this.#oldest(machine);
      if (root === undefined) isDone = true;
      else this.#removeSome(root);
    });
    commits.afterCommit(() => {
      if (isDone) this.#inWork.delete(machine);
      else this.#next(machine);
    });
  }

  /** The id of the next execution to remove. */
  #oldest(machine: string): number | undefined {
    const { db, kept, now } = this.#deps;
    const query = `SELECT * FROM executions WHERE machine = ? AND map_run = 0
      ORDER BY started DESC, id DESC LIMIT -1 OFFSET ?`;
    for (const row of db.prepare(query).iterate(machine, kept)) {
      const { id, type, status, stopped, events } = readExecution(row);
      if (stopped === undefined || status === 'RUNNING' || now() - stopped < READABLE_MS) continue;
      const facts = { isChild: false, type, stopped, now: now(), events };
      if (redriveStatus(status, facts).status === 'NOT_REDRIVABLE') return id;
    }
    return undefined;
  }

  /** Removes children of an execution, their own children first, or once it has none, the execution itself. */
  #removeSome(id: number): void {
    const { db } = this.#deps;
    const children = this.#idsOf(
      `SELECT e.id FROM map_runs r JOIN executions e ON e.map_run = r.id AND e.map_run > 0 WHERE r.execution = ? LIMIT ${CHUNK}`,
      id,
    );
    const [parent] = this.#idsOf(
      'SELECT execution AS id FROM map_runs WHERE execution IN (SELECT value FROM json_each(?)) LIMIT 1',
      JSON.stringify(children),
    );
    if (parent !== undefined) this.#removeSome(parent);
    else if (children.length > 0) this.#remove(children);
    else {
      db.prepare('DELETE FROM map_runs WHERE execution = ?').run(id);
      db.prepare('DELETE FROM redrive_tokens WHERE execution = ?').run(id);
      this.#remove([id]);
    }
  }

  #idsOf(query: string, value: number | string): number[] {
    const rows = this.#deps.db.prepare(query).all(value);
    return rows.map((row) => integer(row, 'id'));
  }

  #remove(ids: readonly number[]): void {
    const { db } = this.#deps;
    addPruned(db, ids);
    // Tokens contain the ids of executions, so these must not be reused.
    keepHighestId(db);
    const history = db.prepare('DELETE FROM history WHERE id >= ? AND id < ?');
    const execution = db.prepare('DELETE FROM executions WHERE id = ?');
    for (const id of ids) {
      history.run(id * HISTORY_SPAN, (id + 1) * HISTORY_SPAN);
      execution.run(id);
    }
  }
}
