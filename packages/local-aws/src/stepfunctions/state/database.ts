import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase as openStored } from '../../storage/sqlite.ts';

/** Ids of events are smaller than this, because an execution has at most 25,000. */
export const HISTORY_SPAN = 32_768;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS machines (
  name TEXT PRIMARY KEY, type TEXT NOT NULL, status TEXT NOT NULL, revision INTEGER NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL
) WITHOUT ROWID;

-- An execution keeps the definition it was started with. Ids are not reused, because compiled definitions are cached by them.
CREATE TABLE IF NOT EXISTS revisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, machine TEXT NOT NULL, revision_id TEXT NOT NULL,
  definition TEXT NOT NULL, role TEXT NOT NULL, logging TEXT, tracing TEXT
);

-- A child that has not started is a row too (PENDING). map_run is 0 if the execution is not a child.
CREATE TABLE IF NOT EXISTS executions (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, machine TEXT NOT NULL, revision INTEGER NOT NULL, type TEXT NOT NULL,
  map_run INTEGER NOT NULL, item INTEGER NOT NULL, items INTEGER NOT NULL, round INTEGER NOT NULL,
  status TEXT NOT NULL, input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT,
  started INTEGER, stopped INTEGER, redrives INTEGER NOT NULL, redriven INTEGER, events INTEGER NOT NULL, made INTEGER NOT NULL,
  snapshot TEXT, transitions INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS names ON executions (machine, name)
  WHERE map_run = 0 AND type = 'STANDARD';
CREATE INDEX IF NOT EXISTS roots ON executions (machine, started, id) WHERE map_run = 0;
CREATE INDEX IF NOT EXISTS children ON executions (map_run, status, id) WHERE map_run > 0;

-- The events of one commit: [type, time, previous id, details]. Long ones are compressed, as long inputs are. The id consists of the
-- execution and the id of the first event, because only a table with a rowid stores rows of 4 KB without overflow pages.
CREATE TABLE IF NOT EXISTS history (id INTEGER PRIMARY KEY, events TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS map_runs (
  id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, execution INTEGER NOT NULL, thread INTEGER NOT NULL,
  status TEXT NOT NULL, started INTEGER NOT NULL, stopped INTEGER, redrives INTEGER NOT NULL, redriven INTEGER,
  max_concurrency INTEGER NOT NULL, tolerated_count INTEGER, tolerated_percentage REAL,
  read_items INTEGER NOT NULL, read_done INTEGER NOT NULL, plan TEXT NOT NULL,
  error TEXT, cause TEXT
);
CREATE INDEX IF NOT EXISTS runs_of ON map_runs (execution, id);

CREATE TABLE IF NOT EXISTS redrive_tokens (
  execution INTEGER NOT NULL, token TEXT NOT NULL, redriven INTEGER NOT NULL, PRIMARY KEY (execution, token)
) WITHOUT ROWID;
`;

/** Opens the engine's database in `dataDir` and creates it if it is missing. */
export function openDatabase(dataDir: string): DatabaseSync {
  const db = openStored(join(dataDir, 'states.db'), SCHEMA, 'the executions and the state machines of clients');
  migrate(db);
  return db;
}

/** Migrates a database of an earlier version. */
function migrate(db: DatabaseSync): void {
  const hasColumn = (table: string, column: string) =>
    db
      .prepare(`PRAGMA table_info(${table})`)
      .all()
      .some(({ name }) => name === column);
  if (!hasColumn('executions', 'transitions')) {
    db.exec('ALTER TABLE executions ADD COLUMN transitions INTEGER NOT NULL DEFAULT 0');
  }
  if (hasColumn('map_runs', 'results_written')) db.exec('ALTER TABLE map_runs DROP COLUMN results_written');
}

/** The secret for task tokens and names of children. Each database has its own. */
export function readSecret(db: DatabaseSync): Buffer {
  db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('secret', ?)").run(randomBytes(32));
  const row = db.prepare("SELECT value FROM meta WHERE key = 'secret'").get();
  if (!(row?.value instanceof Uint8Array)) throw new Error('The engine has no secret');
  return Buffer.from(row.value);
}
