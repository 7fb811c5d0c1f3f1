import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../storage/sqlite.ts';

export interface AsyncCall {
  id: string;
  functionName: string;
  payload: string;
  /** The number of tries. */
  attempts: number;
  /** Milliseconds since the epoch. */
  acceptedAt: number;
  dueAt: number;
  /** Not stored: after a restart the chain of calls begins anew. */
  traceHeaders?: readonly (string | undefined)[];
}

/** The accepted asynchronous calls. They are on disk before the caller gets its response, until they are done. */
export class AsyncStore {
  private readonly db: DatabaseSync;

  constructor(file: string) {
    this.db = openDatabase(
      file,
      `
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS calls (
        id TEXT PRIMARY KEY, functionName TEXT NOT NULL, payload TEXT NOT NULL,
        attempts INTEGER NOT NULL, acceptedAt REAL NOT NULL, dueAt REAL NOT NULL
      ) STRICT;
    `,
      'the asynchronous calls that are not done yet',
    );
  }

  add({ id, functionName, payload, attempts, acceptedAt, dueAt }: AsyncCall): void {
    this.db
      .prepare('INSERT INTO calls VALUES (:id, :functionName, :payload, :attempts, :acceptedAt, :dueAt)')
      .run({ id, functionName, payload, attempts, acceptedAt, dueAt });
  }

  reschedule(id: string, attempts: number, dueAt: number): void {
    this.db.prepare('UPDATE calls SET attempts = ?, dueAt = ? WHERE id = ?').run(attempts, dueAt, id);
  }

  remove(id: string): void {
    this.db.prepare('DELETE FROM calls WHERE id = ?').run(id);
  }

  all(): AsyncCall[] {
    return this.db
      .prepare('SELECT * FROM calls ORDER BY dueAt')
      .all()
      .map((row) => ({
        id: String(row.id),
        functionName: String(row.functionName),
        payload: String(row.payload),
        attempts: Number(row.attempts),
        acceptedAt: Number(row.acceptedAt),
        dueAt: Number(row.dueAt),
      }));
  }

  close(): void {
    this.db.close();
  }
}
