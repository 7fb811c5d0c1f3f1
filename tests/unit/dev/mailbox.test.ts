import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mailbox, type MailboxMessage } from '../../../dev/mailbox/mailbox.ts';

// Jest cannot resolve node:sqlite, because the module has no name without the prefix.
const sqlite = process.getBuiltinModule('node:sqlite');

const BATCH = 'b'.repeat(64);
const LINK = `http://127.0.0.1:3000/unsubscribe/1.${'x'.repeat(120)}`;

const messageTo = (to: string, subject = '¡Hola!'): MailboxMessage => ({
  to,
  from: 'Pregón <hello@pregon.test>',
  subject,
  text: `Hello ${to}\n\n-- \nUnsubscribe: ${LINK}\n`,
  headers: { 'List-Unsubscribe': `<${LINK}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  messageId: `0100${to}`,
  sendId: `${BATCH}-1`,
  batchId: BATCH,
  channel: 'campaign',
  provider: 'ses',
  sentAt: '2026-11-26T10:00:00.000Z',
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pregon-mailbox-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('stores a message in less than half of its JSON, and reads it whole', async () => {
  const mailbox = new Mailbox(folder);
  const message = messageTo('one@example.com');
  await mailbox.append(message);
  expect(mailbox.read({ limit: 10 }).messages).toEqual([message]);
  mailbox.close();

  const database = new sqlite.DatabaseSync(join(folder, 'mailbox.sqlite'), { readOnly: true });
  const { size } = database.prepare('SELECT sum(octet_length(message)) AS size FROM message').get() ?? {};
  database.close();
  expect(size).toBeLessThan(JSON.stringify(message).length / 2);
});

it('reads and searches the messages of an earlier version, which stored JSON', async () => {
  const old = messageTo('old@example.com', 'An old subject');
  const database = new sqlite.DatabaseSync(join(folder, 'mailbox.sqlite'));
  database.exec(
    'CREATE TABLE message (id INTEGER PRIMARY KEY, recipient TEXT, batch TEXT, provider TEXT, sent_at INTEGER, message TEXT)',
  );
  database
    .prepare('INSERT INTO message (recipient, batch, provider, sent_at, message) VALUES (?, ?, ?, ?, ?)')
    .run(old.to, BATCH, 'ses', Date.parse(old.sentAt), JSON.stringify(old));
  database.close();

  const mailbox = new Mailbox(folder);
  const recent = messageTo('new@example.com', 'A new subject');
  await mailbox.append(recent);
  const found = (search: string) => mailbox.read({ limit: 10, search }).messages;
  expect(mailbox.read({ limit: 10 }).messages).toEqual([old, recent]);
  expect(found('OLD SUB')).toEqual([old]);
  expect(found('new sub')).toEqual([recent]);
  expect(found('subject')).toEqual([old, recent]);
  mailbox.close();
});
