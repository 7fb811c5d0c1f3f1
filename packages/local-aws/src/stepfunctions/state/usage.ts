import type { DatabaseSync } from 'node:sqlite';
import { integer, type Row, text } from './rows.ts';

/** The usage that AWS would bill. */
export interface Usage {
  /** State transitions of Standard executions: each entered state and each retry. */
  standard: number;
  /** Started Express executions. */
  expressRequests: number;
  expressGbSeconds: number;
}

/** Express executions are billed in steps of 100 ms and 64 MB. Executions here are assumed to need less than 64 MB. */
const EXPRESS_STEP_MS = 100;
const EXPRESS_GB = 64 / 1024;

/** The executions with a name, in any machine, and the children of their Map Runs at any depth. */
const FAMILY = `WITH RECURSIVE family(id) AS (
  SELECT e.id FROM machines m CROSS JOIN executions e
    ON e.machine = m.name AND e.name = ?1 AND e.map_run = 0 AND e.type = 'STANDARD'
  UNION ALL
  SELECT e.id FROM family JOIN map_runs r ON r.execution = family.id
    JOIN executions e ON e.map_run = r.id AND e.map_run > 0
) SELECT transitions, type, status, redrives, started, redriven, stopped FROM family JOIN executions USING (id)`;
const ALL = 'SELECT transitions, type, status, redrives, started, redriven, stopped FROM executions';

/** For a redriven Express execution only the duration of the last run is known. */
const SUMS = `sum(iif(type = 'STANDARD', transitions, 0)) AS standard,
  sum(iif(type = 'EXPRESS' AND status <> 'PENDING', 1 + redrives, 0)) AS requests,
  sum(iif(type = 'EXPRESS', (stopped - coalesce(redriven, started) + ${EXPRESS_STEP_MS - 1}) / ${EXPRESS_STEP_MS}, 0)) AS steps`;

const PARTS = ['standard', 'requests', 'steps'] as const;
type Sums = Record<(typeof PARTS)[number], number>;

const sumsOf = (row: Row = {}): Sums => ({
  standard: integer(row, 'standard'),
  requests: integer(row, 'requests'),
  steps: integer(row, 'steps'),
});

/** The sums of the executions that were removed. */
function prunedSums(db: DatabaseSync): Sums {
  const row = db.prepare("SELECT value FROM meta WHERE key = 'pruned usage'").get();
  return row ? (JSON.parse(text(row, 'value')) as Sums) : sumsOf();
}

/** Keeps the usage of executions that are about to be removed in the sums of all. */
export function addPruned(db: DatabaseSync, ids: readonly number[]): void {
  const sums = prunedSums(db);
  const more = sumsOf(
    db.prepare(`SELECT ${SUMS} FROM executions WHERE id IN (SELECT value FROM json_each(?))`).get(JSON.stringify(ids)),
  );
  for (const part of PARTS) sums[part] += more[part];
  db.prepare("INSERT OR REPLACE INTO meta VALUES ('pruned usage', ?)").run(JSON.stringify(sums));
}

/** The usage of all executions, or of those with one name and their children. */
export function usageOf(db: DatabaseSync, name?: string): Usage {
  const query = db.prepare(`SELECT ${SUMS} FROM (${name === undefined ? ALL : FAMILY})`);
  const sums = sumsOf(name === undefined ? query.get() : query.get(name));
  const pruned = name === undefined ? prunedSums(db) : sumsOf();
  return {
    standard: sums.standard + pruned.standard,
    expressRequests: sums.requests + pruned.requests,
    expressGbSeconds: (((sums.steps + pruned.steps) * EXPRESS_STEP_MS) / 1000) * EXPRESS_GB,
  };
}
