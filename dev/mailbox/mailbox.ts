import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { GroupCommit, openDatabase } from 'local-aws';
import { packMessage, unpackMessage } from './packed.ts';

/** One message to one address, as a provider accepted it. */
export interface MailboxMessage {
  readonly to: string;
  readonly from?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  /** Headers of the message as far as its provider got them: of SES and Mailgun those that the product added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly sendId?: string;
  readonly batchId?: string;
  readonly channel?: string;
  /** ses, mailgun, sendgrid, notify … */
  readonly provider: string;
  /** ISO 8601 with milliseconds. */
  readonly sentAt: string;
}

export interface MailboxQuery {
  readonly to?: string;
  readonly batchId?: string;
  /** Text in an address, a subject or a batch id, in any case. Only the newest 20,000 messages are searched. */
  readonly search?: string;
  /** The newest first. By default the oldest are. */
  readonly newestFirst?: boolean;
  /** From 1 to 1,000. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: number;
}

export interface MailboxPage {
  /** Messages that match the query, on all pages. */
  readonly count: number;
  /** Absent on the last page. */
  readonly next?: string;
  readonly messages: readonly MailboxMessage[];
}

/** A search reads every message in its range, and blocks this thread meanwhile. */
const SEARCHED = 20_000;
/** Of messages that an earlier version stored, it is in their JSON. */
const SUBJECT = `CASE typeof(message) WHEN 'text' THEN message ->> 'subject' ELSE subject END`;

/** Stores every message that a local provider accepted, in the order of acceptance, in SQLite. */
export class Mailbox {
  readonly #database: DatabaseSync;
  readonly #commit: GroupCommit;
  readonly #insert: StatementSync;
  readonly #tried: StatementSync;

  constructor(folder: string) {
    this.#database = openDatabase(
      join(folder, 'mailbox.sqlite'),
      `
      CREATE TABLE IF NOT EXISTS message (
        id INTEGER PRIMARY KEY, recipient TEXT, batch TEXT, provider TEXT, sent_at INTEGER, message TEXT);
      CREATE INDEX IF NOT EXISTS by_recipient ON message (recipient);
      CREATE INDEX IF NOT EXISTS by_batch ON message (batch);
      CREATE INDEX IF NOT EXISTS by_time ON message (provider, sent_at);
      CREATE TABLE IF NOT EXISTS tried (send TEXT PRIMARY KEY, times INTEGER) WITHOUT ROWID;
    `,
      'the messages that were delivered',
    );
    this.#addSubject();
    this.#commit = new GroupCommit(this.#database);
    this.#insert = this.#database.prepare(
      'INSERT INTO message (recipient, batch, provider, sent_at, subject, message) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#tried = this.#database.prepare(
      'INSERT INTO tried VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times',
    );
  }

  /** Earlier versions stored messages as JSON, and found the subject there. */
  #addSubject(): void {
    const columns = this.#database.prepare('PRAGMA table_info(message)').all();
    if (!columns.some(({ name }) => name === 'subject'))
      this.#database.exec('ALTER TABLE message ADD COLUMN subject TEXT');
  }

  /** Stores messages. They are durable once the promise resolves. */
  append(...messages: readonly MailboxMessage[]): Promise<void> {
    this.#commit.beforeWrite();
    for (const message of messages) {
      this.#insert.run(
        message.to.toLowerCase(),
        message.batchId ?? null,
        message.provider,
        Date.parse(message.sentAt),
        message.subject ?? null,
        packMessage(message),
      );
    }
    return new Promise((resolve) => this.#commit.afterCommit(resolve));
  }

  /** Counts one more try of a send, and returns the count. For recipients whose outcome depends on it. */
  countTry(send: string): number {
    this.#commit.beforeWrite();
    return Number(this.#tried.get(send)?.times);
  }

  read({ to, batchId, search, newestFirst = false, limit, after }: MailboxQuery): MailboxPage {
    const where: string[] = [];
    const values: (string | number)[] = [];
    if (to !== undefined) {
      where.push('recipient = ?');
      values.push(to.toLowerCase());
    }
    if (batchId !== undefined) {
      where.push('batch = ?');
      values.push(batchId);
    }
    if (search !== undefined) {
      where.push(
        `id > (SELECT MAX(id) FROM message) - ${SEARCHED} AND (recipient LIKE ? ESCAPE '\\' OR batch LIKE ? ESCAPE '\\' ` +
          `OR ${SUBJECT} LIKE ? ESCAPE '\\')`,
      );
      const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
      values.push(pattern, pattern, pattern);
    }
    const filter = where.length > 0 ? where.join(' AND ') : 'TRUE';
    const counted = this.#database.prepare(`SELECT COUNT(*) AS count FROM message WHERE ${filter}`).get(...values);
    const rows = this.#database
      .prepare(
        newestFirst
          ? `SELECT id, message FROM message WHERE ${filter} AND id < ? ORDER BY id DESC LIMIT ?`
          : `SELECT id, message FROM message WHERE ${filter} AND id > ? ORDER BY id LIMIT ?`,
      )
      .all(...values, after ?? (newestFirst ? Number.MAX_SAFE_INTEGER : 0), limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      count: Number(counted?.count ?? 0),
      ...(rows.length > limit && last ? { next: String(last.id) } : {}),
      messages: page.map((row) => unpackMessage(row.message)),
    };
  }

  /** The number of messages that a provider accepted since a time, in milliseconds since the epoch. */
  acceptedSince(provider: string, time: number): number {
    const row = this.#database
      .prepare('SELECT COUNT(*) AS count FROM message WHERE provider = ? AND sent_at > ?')
      .get(provider, time);
    return Number(row?.count ?? 0);
  }

  close(): void {
    this.#commit.flush();
    this.#database.close();
  }
}
