import type { DatabaseSync } from 'node:sqlite';
import { integer } from './rows.ts';

/** What AWS would bill. */
export interface Usage {
  /** State transitions of Standard executions: every state that is entered, and every try after its first. */
  standard: number;
  /** Express executions started. */
  expressRequests: number;
  expressGbSeconds: number;
}

/** Express executions are billed by 100 ms and by 64 MB; what is run here stays below that. */
const EXPRESS_STEP_MS = 100;
const EXPRESS_GB = 64 / 1024;

/** An execution by its name in any machine, with the children of its Map Runs, however deep. */
const FAMILY = `WITH RECURSIVE family(id) AS (
  SELECT e.id FROM machines m CROSS JOIN executions e
    ON e.machine = m.name AND e.name = ?1 AND e.map_run = 0 AND e.type = 'STANDARD'
  UNION ALL
  SELECT e.id FROM family JOIN map_runs r ON r.execution = family.id
    JOIN executions e ON e.map_run = r.id AND e.map_run > 0
) SELECT transitions, type, status, redrives, started, redriven, stopped FROM family JOIN executions USING (id)`;
const ALL = 'SELECT transitions, type, status, redrives, started, redriven, stopped FROM executions';

/** Of a redriven Express execution only the last run's time is known. */
const SUMS = `sum(iif(type = 'STANDARD', transitions, 0)) AS standard,
  sum(iif(type = 'EXPRESS' AND status <> 'PENDING', 1 + redrives, 0)) AS requests,
  sum(iif(type = 'EXPRESS', (stopped - coalesce(redriven, started) + ${EXPRESS_STEP_MS - 1}) / ${EXPRESS_STEP_MS}, 0)) AS steps`;

/** What was used by all executions, or by those of one name with their children. */
export function usageOf(db: DatabaseSync, name?: string): Usage {
  const query = db.prepare(`SELECT ${SUMS} FROM (${name === undefined ? ALL : FAMILY})`);
  const sums = (name === undefined ? query.get() : query.get(name)) ?? {};
  return {
    standard: integer(sums, 'standard'),
    expressRequests: integer(sums, 'requests'),
    expressGbSeconds: ((integer(sums, 'steps') * EXPRESS_STEP_MS) / 1000) * EXPRESS_GB,
  };
}
