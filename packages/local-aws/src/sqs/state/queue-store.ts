import type { DatabaseSync } from 'node:sqlite';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import { GroupCommit } from '../../storage/group-commit.ts';
import { DURABLE_AGAINST_KILL } from '../../storage/sqlite.ts';
import type { Faux, FauxPersistence, FauxStore } from './fauxqs.ts';

/** A queue as a CloudFormation template describes it; attributes as SQS names them. */
export interface QueueDefinition {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

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
  /** Runs once all that was written so far cannot be lost. */
  afterCommit(release: () => void): void;
  close(): void;
}

/** Opens the queues under `folder`, adds those of the template, and names them all by today's endpoint. */
export function openQueues(
  faux: Faux,
  folder: string,
  awsEndpoint: string,
  definitions: readonly QueueDefinition[],
): QueueStore {
  const store = new faux.Store();
  store.region = LOCAL_REGION;
  store.buildQueueUrl = (name) => `${awsEndpoint}/${LOCAL_ACCOUNT}/${name}`;

  const persistence = new faux.Persistence(folder);
  persistence.db.exec(DURABLE_AGAINST_KILL);
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
  for (const { name, attributes } of definitions) {
    const arn = `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
    const queue = store.getQueueByArn(arn);
    if (queue) queue.setAttributes({ ...attributes });
    else store.createQueue(name, store.buildQueueUrl(name), arn, { ...attributes });
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

/** Puts every write of a turn into one transaction; fauxqs alone commits each by itself, with a sync to the disk. */
function groupWrites(persistence: FauxPersistence, database: DatabaseSync): GroupCommit {
  const commit = new GroupCommit(database);
  // fauxqs 2.4 writes NULL into a column that must not be, so a visibility timeout of 0 would fail.
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
