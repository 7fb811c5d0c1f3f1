import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

// Jest cannot resolve node:sqlite, which has no name without the prefix; asking Node itself works everywhere.
const sqlite = process.getBuiltinModule('node:sqlite');

/** Ids of events are below it: an execution has 25,000 at most. */
export const HISTORY_SPAN = 32_768;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS machines (
  name TEXT PRIMARY KEY, type TEXT NOT NULL, status TEXT NOT NULL, revision INTEGER NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL
) WITHOUT ROWID;

-- An execution keeps the definition it was started with. Numbers are never used again: compiled definitions are kept by them.
CREATE TABLE IF NOT EXISTS revisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, machine TEXT NOT NULL, revision_id TEXT NOT NULL,
  definition TEXT NOT NULL, role TEXT NOT NULL, logging TEXT, tracing TEXT
);

-- A child that waits for its turn is a row here too (PENDING); map_run is 0 for an execution of its own.
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

-- The events of one commit: [type, time, previous id, details]. The key is made of the execution and its first event's id: a
-- table by rowid keeps rows of 4 KB in its leaves, any other would give each an overflow page.
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

/** Opens the engine's database under `dataDir`, making it when it is not there. */
export function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const db = new sqlite.DatabaseSync(join(dataDir, 'states.db'));
  // With WAL, NORMAL loses nothing when the process is killed: a commit is in the page cache of the system by then.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;');
  db.exec(SCHEMA);
  migrate(db);
  return db;
}

/** Brings a database of an earlier version to today's columns. */
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

/** The secret behind task tokens and child names: made once per database. */
export function readSecret(db: DatabaseSync): Buffer {
  db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('secret', ?)").run(randomBytes(32));
  const row = db.prepare("SELECT value FROM meta WHERE key = 'secret'").get();
  if (!(row?.value instanceof Uint8Array)) throw new Error('The engine has no secret');
  return Buffer.from(row.value);
}
