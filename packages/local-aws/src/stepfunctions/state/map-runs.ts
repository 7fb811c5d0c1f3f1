import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { dataLimitExceeded, StateFailed } from '../errors.ts';
import type { ExecutionStatus } from '../execution/execution.ts';
import { ChildCounts } from '../map-run/counts.ts';
import { Payload } from '../payload.ts';
import { type ExecutionRow, type PendingChild, readExecution } from './executions.ts';
import { unpack } from './packed.ts';
import { integer, optionalInteger, optionalText, type Row, text } from './rows.ts';

export type MapRunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

/** A Map Run in the store. */
export interface MapRunRow {
  id: number;
  uuid: string;
  /** The parent, and its thread in the Map state. */
  execution: number;
  thread: number;
  status: MapRunStatus;
  started: number;
  stopped: number | undefined;
  redrives: number;
  redriven: number | undefined;
  maxConcurrency: number;
  toleratedCount: number | undefined;
  toleratedPercentage: number | undefined;
  /** The number of items that have the row of their child. After a restart the reader continues after them. */
  readItems: number;
  readDone: boolean;
  /** JSON of the evaluated fields. */
  plan: string;
  error: string | undefined;
  cause: string | undefined;
}

const read = (row: Row): MapRunRow => ({
  id: integer(row, 'id'),
  uuid: text(row, 'uuid'),
  execution: integer(row, 'execution'),
  thread: integer(row, 'thread'),
  status: text(row, 'status') as MapRunStatus,
  started: integer(row, 'started'),
  stopped: optionalInteger(row, 'stopped'),
  redrives: integer(row, 'redrives'),
  redriven: optionalInteger(row, 'redriven'),
  maxConcurrency: integer(row, 'max_concurrency'),
  toleratedCount: optionalInteger(row, 'tolerated_count'),
  toleratedPercentage: optionalInteger(row, 'tolerated_percentage'),
  readItems: integer(row, 'read_items'),
  readDone: integer(row, 'read_done') === 1,
  plan: text(row, 'plan'),
  error: optionalText(row, 'error'),
  cause: optionalText(row, 'cause'),
});

const REDRIVEN = ['FAILED', 'ABORTED', 'TIMED_OUT'] as const;

/** Map Runs and the rows of their children. Writes must happen inside a commit. */
export class MapRunStore {
  readonly #db: DatabaseSync;
  readonly #save: StatementSync;
  readonly #next: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#save =
      db.prepare(`INSERT OR REPLACE INTO map_runs (id, uuid, execution, thread, status, started, stopped, redrives,
      redriven, max_concurrency, tolerated_count, tolerated_percentage, read_items, read_done, plan, error,
      cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#next = db.prepare(`SELECT id, name, item, items, input FROM executions
      WHERE map_run = ? AND status = 'PENDING' AND id > ? ORDER BY id LIMIT ?`);
  }

  lastId(): number {
    return integer(this.#db.prepare('SELECT max(id) AS id FROM map_runs').get() ?? {}, 'id');
  }

  save(run: MapRunRow): void {
    const { id, uuid, execution, thread, status, started, stopped, redrives, redriven, maxConcurrency } = run;
    const head = [id, uuid, execution, thread, status, started, stopped ?? null, redrives, redriven ?? null] as const;
    const limits = [maxConcurrency, run.toleratedCount ?? null, run.toleratedPercentage ?? null] as const;
    const progress = [run.readItems, run.readDone ? 1 : 0, run.plan] as const;
    this.#save.run(...head, ...limits, ...progress, run.error ?? null, run.cause ?? null);
  }

  get(id: number): MapRunRow | undefined {
    const row = this.#db.prepare('SELECT * FROM map_runs WHERE id = ?').get(id);
    return row && read(row);
  }

  byUuid(uuid: string): MapRunRow | undefined {
    const row = this.#db.prepare('SELECT * FROM map_runs WHERE uuid = ?').get(uuid);
    return row && read(row);
  }

  running(): MapRunRow[] {
    return this.#db.prepare("SELECT * FROM map_runs WHERE status = 'RUNNING' ORDER BY id").all().map(read);
  }

  /** The Map Runs of an execution with ids below `before`, newest first. */
  of(execution: number, before: number, limit: number): MapRunRow[] {
    const query = 'SELECT * FROM map_runs WHERE execution = ? AND id < ? ORDER BY id DESC LIMIT ?';
    return this.#db.prepare(query).all(execution, before, limit).map(read);
  }

  counts(id: number): ChildCounts {
    const counts = new ChildCounts();
    const rows = this.#db
      .prepare(
        'SELECT status, count(*) AS executions, sum(items) AS items FROM executions WHERE map_run = ? GROUP BY status',
      )
      .all(id);
    for (const row of rows)
      counts.add(text(row, 'status') as ExecutionStatus, integer(row, 'executions'), integer(row, 'items'));
    return counts;
  }

  /** Children that have not started, with ids above `after`. */
  pending(id: number, after: number, limit: number): PendingChild[] {
    return this.#next.all(id, after, limit).map((row) => ({
      id: integer(row, 'id'),
      name: text(row, 'name'),
      item: integer(row, 'item'),
      items: integer(row, 'items'),
      input: unpack(row, 'input'),
    }));
  }

  /** Children of one status, with ids above `after`. */
  children(id: number, status: ExecutionStatus, after: number, limit: number): ExecutionRow[] {
    const query = 'SELECT * FROM executions WHERE map_run = ? AND status = ? AND id > ? ORDER BY id LIMIT ?';
    return this.#db.prepare(query).all(id, status, after, limit).map(readExecution);
  }

  /** The array of the outputs of the succeeded children, in order. @throws StateFailed if it has more than `mostBytes` */
  outputs(id: number, stateName: string, mostBytes: number): Payload {
    const where = "map_run = ? AND status = 'SUCCEEDED'";
    const size = this.#db
      .prepare(`SELECT sum(octet_length(output) + 1) + 1 AS size FROM executions WHERE ${where}`)
      .get(id);
    if (integer(size ?? {}, 'size') > mostBytes) throw new StateFailed(dataLimitExceeded(stateName));
    const rows = this.#db.prepare(`SELECT output FROM executions WHERE ${where} ORDER BY id`).all(id);
    return new Payload(`[${rows.map((row) => text(row, 'output')).join(',')}]`);
  }

  /** Marks the children that a redrive runs again. @param everything also the succeeded ones */
  markForRedrive(id: number, everything: boolean): void {
    this.#db.prepare(`UPDATE executions SET status = 'PENDING_REDRIVE' WHERE ${redrivable(everything)}`).run(id);
  }

  /** The numbers of the children that `markForRedrive` would mark, by status. */
  countForRedrive(id: number, everything: boolean): { status: ExecutionStatus; executions: number; items: number }[] {
    const query = `SELECT status, count(*) AS executions, sum(items) AS items FROM executions
      WHERE ${redrivable(everything)} GROUP BY status`;
    const rows = this.#db.prepare(query).all(id);
    return rows.map((row) => ({
      status: text(row, 'status') as ExecutionStatus,
      executions: integer(row, 'executions'),
      items: integer(row, 'items'),
    }));
  }
}

/** A child with a full history cannot be redriven. */
function redrivable(everything: boolean): string {
  const statuses = everything ? [...REDRIVEN, 'SUCCEEDED'] : REDRIVEN;
  return `map_run = ? AND status IN (${statuses.map((status) => `'${status}'`).join(', ')}) AND events < 24999`;
}
