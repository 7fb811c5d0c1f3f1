/** Local AWS in a separate process that the test kills. Prints its address, then serves. */
import { join } from 'node:path';
import { startServices } from '../../src/services.ts';
import type { EmailOutbox } from '../../src/ses/state/outbox.ts';
import { GroupCommit } from '../../src/storage/group-commit.ts';
import { openDatabase } from '../../src/storage/sqlite.ts';

const [cdkOut = '', dataDir = ''] = process.argv.slice(2);
const mails = openDatabase(join(dataDir, 'mails.sqlite'), 'CREATE TABLE IF NOT EXISTS mail (id TEXT)');
const commit = new GroupCommit(mails);
const insert = mails.prepare('INSERT INTO mail VALUES (?)');

/** Stores every accepted message before SES answers. */
const outbox: EmailOutbox = {
  accept({ messageId }) {
    commit.beforeWrite();
    insert.run(messageId);
    return new Promise((resolve) => commit.afterCommit(resolve));
  },
  acceptedSince: () => 0,
};
const count = () => ({ status: 200, body: mails.prepare('SELECT COUNT(*) AS count FROM mail').get() });

const aws = await startServices({
  cdkOut,
  stackName: 'app',
  dataDir,
  port: 0,
  maxSendRate: 100_000,
  extend: () => ({ outbox, routes: { '/_local/accepted': count } }),
  onError: (error) => {
    throw error;
  },
});
process.stdout.write(`${aws.gateway.url}\n`);
