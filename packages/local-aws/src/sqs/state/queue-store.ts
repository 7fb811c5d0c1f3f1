import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import type { Maxima } from '../../limits/limits.ts';
import { GroupCommit } from '../../storage/group-commit.ts';
import { DURABLE_AGAINST_KILL, guardStatement, openStore } from '../../storage/sqlite.ts';
import type { QueueDefinition } from '../definitions.ts';
import type { Faux, FauxPersistence, FauxStore } from './fauxqs.ts';

const WRITES = [
  'insertQueue',
  'deleteQueue',
  'updateQueueAttributes',
  'updateQueueSequenceCounter',
  'insertMessage',
  'deleteMessage',
  'updateMessageInflight',
  'updateMessageReady',
  'deleteQueueMessages',
] as const;

export interface QueueStore {
  readonly store: FauxStore;
  /** Calls `release` once every write so far is committed. */
  afterCommit(release: () => void): void;
  close(): void;
}

/** Opens the queues in `folder`, adds those of the template, and gives each the URL of the current endpoint. */
export function openQueues(
  faux: Faux,
  folder: string,
  awsEndpoint: string,
  definitions: readonly QueueDefinition[],
  max: Maxima,
): QueueStore {
  const store = new faux.Store();
  store.region = LOCAL_REGION;
  store.buildQueueUrl = (name) => `${awsEndpoint}/${LOCAL_ACCOUNT}/${name}`;

  const persistence = openPersistence(faux, folder);
  persistence.loadSqsQueues(store);
  const commit = groupWrites(persistence, persistence.db);
  store.persistence = persistence;
  const loaded = [...store.allQueues()];
  store.queues.clear();
  for (const queue of loaded) {
    queue.url = store.buildQueueUrl(queue.name);
    queue.persistence = persistence;
    store.queues.set(queue.url, queue);
  }
  const most = max['sqs.messageBytes'];
  // A queue has its own limit. The default is the largest that SQS allows.
  const defaults = { MaximumMessageSize: String(Number.isFinite(most) ? most : Number.MAX_SAFE_INTEGER) };
  const applied = appliedAttributes(persistence.db);
  for (const definition of definitions) {
    const { name } = definition;
    const attributes = { ...defaults, ...definition.attributes };
    const arn = `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
    const queue = store.getQueueByArn(arn);
    if (!queue) store.createQueue(name, store.buildQueueUrl(name), arn, attributes);
    else if (!applied.isApplied(name, attributes)) queue.setAttributes(attributes);
    applied.keep(name, attributes);
  }
  return {
    store,
    afterCommit: (release) => commit.afterCommit(release),
    close() {
      store.shutdown();
      commit.flush();
      persistence.db.close();
    },
  };
}

/**
 * What was last set by the template. As CloudFormation does, an unchanged template leaves alone what a caller set with SetQueueAttributes.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
 */
function appliedAttributes(database: DatabaseSync) {
  database.exec('CREATE TABLE IF NOT EXISTS template_queues (name TEXT PRIMARY KEY, attributes TEXT NOT NULL)');
  const find = database.prepare('SELECT attributes FROM template_queues WHERE name = ?');
  const replace = database.prepare('INSERT OR REPLACE INTO template_queues VALUES (?, ?)');
  return {
    isApplied: (name: string, attributes: object) => find.get(name)?.attributes === JSON.stringify(attributes),
    keep: (name: string, attributes: object) => void replace.run(name, JSON.stringify(attributes)),
  };
}

function openPersistence(faux: Faux, folder: string): FauxPersistence {
  const file = { path: join(folder, 'fauxqs.db'), holds: 'the messages of all queues' };
  let persistence: FauxPersistence | undefined;
  openStore(file, () => {
    persistence = new faux.Persistence(folder);
    persistence.db.exec(DURABLE_AGAINST_KILL);
    for (const statement of Object.values(persistence.stmts)) guardStatement(statement, file);
    return persistence.db;
  });
  if (!persistence) throw new Error('fauxqs was not opened');
  return persistence;
}

/** Commits all writes of a turn in one transaction. fauxqs itself commits and syncs each write. */
function groupWrites(persistence: FauxPersistence, database: DatabaseSync): GroupCommit {
  const commit = new GroupCommit(database);
  // fauxqs 2.4 writes NULL into a NOT NULL column, so a visibility timeout of 0 would fail.
  const makeReady = database.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId: string) => {
    makeReady.run(messageId);
  };
  for (const name of WRITES) {
    const write = persistence[name] as (...values: unknown[]) => void;
    persistence[name] = (...values: unknown[]) => {
      commit.beforeWrite();
      write.apply(persistence, values);
    };
  }
  return commit;
}
