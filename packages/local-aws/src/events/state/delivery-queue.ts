import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { GroupCommit } from '../../storage/group-commit.ts';
import { openDatabase } from '../../storage/sqlite.ts';

/** An event that has to be delivered to a target. */
export interface Delivery {
  readonly id: number;
  readonly targetArn: string;
  readonly payload: string;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  readonly limits: DeliveryLimits;
}

/** The rule or schedule of a delivery, and the role with which it calls the target, if it has one. */
export interface Sender {
  /** `events.amazonaws.com` */
  readonly service: string;
  readonly sourceArn: string;
  readonly roleArn?: string;
}

/** When a delivery is given up, and where the event goes then. */
export interface DeliveryLimits {
  readonly giveUpAt: number;
  readonly maxRetries: number;
  /** Who calls the target. */
  readonly sender: Sender;
  /** ARN of a queue. */
  readonly deadLetterArn?: string;
}

/** The undelivered events, in SQLite, so that a kill loses none that was accepted. */
export class DeliveryQueue {
  readonly #database: DatabaseSync;
  readonly #commit: GroupCommit;
  readonly #insert: StatementSync;
  readonly #due: StatementSync;
  readonly #postpone: StatementSync;
  readonly #remove: StatementSync;
  readonly #next: StatementSync;

  constructor(folder: string) {
    this.#database = openDatabase(
      join(folder, 'events.sqlite'),
      `
      CREATE TABLE IF NOT EXISTS delivery (
        id INTEGER PRIMARY KEY, target TEXT, payload TEXT, attempts INTEGER, due_at INTEGER, limits TEXT);
      CREATE INDEX IF NOT EXISTS by_due ON delivery (due_at);
    `,
      'the events that are not delivered yet',
    );
    this.#commit = new GroupCommit(this.#database);
    this.#insert = this.#database.prepare(
      'INSERT INTO delivery (target, payload, attempts, due_at, limits) VALUES (?, ?, 0, ?, ?)',
    );
    this.#due = this.#database.prepare('SELECT * FROM delivery WHERE due_at <= ? ORDER BY due_at, id LIMIT ?');
    this.#postpone = this.#database.prepare('UPDATE delivery SET due_at = ?, attempts = ? WHERE id = ?');
    this.#remove = this.#database.prepare('DELETE FROM delivery WHERE id = ?');
    this.#next = this.#database.prepare('SELECT MIN(due_at) AS due FROM delivery');
  }

  add(targetArn: string, payload: string, dueAt: number, limits: DeliveryLimits): void {
    this.#commit.beforeWrite();
    this.#insert.run(targetArn, payload, dueAt, JSON.stringify(limits));
  }

  due(now: number, limit: number): Delivery[] {
    return this.#due.all(now, limit).map((row) => ({
      id: Number(row.id),
      targetArn: String(row.target),
      payload: String(row.payload),
      attempts: Number(row.attempts),
      dueAt: Number(row.due_at),
      limits: JSON.parse(String(row.limits)) as DeliveryLimits,
    }));
  }

  /** The time at which the next delivery is due, in milliseconds since the epoch. */
  nextDue(): number | undefined {
    const due = this.#next.get()?.due;
    return due === null || due === undefined ? undefined : Number(due);
  }

  postpone(delivery: Delivery, dueAt: number): void {
    this.#commit.beforeWrite();
    this.#postpone.run(dueAt, delivery.attempts + 1, delivery.id);
  }

  remove(delivery: Delivery): void {
    this.#commit.beforeWrite();
    this.#remove.run(delivery.id);
  }

  /** Resolves once every event so far is committed. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#commit.afterCommit(resolve));
  }

  close(): void {
    this.#commit.flush();
    this.#database.close();
  }
}
