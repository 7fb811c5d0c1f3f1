import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { lockDataDir } from '../../src/compose/lock.ts';
import { type Services, startServices } from '../../src/services.ts';
import { Commits } from '../../src/stepfunctions/state/commits.ts';
import { GroupCommit } from '../../src/storage/group-commit.ts';
import { openDatabase } from '../../src/storage/sqlite.ts';
import { startWorkerService } from '../../src/threads/worker-service.ts';
import { clientOptions, closing, ROWS_TABLE, temporaryFolder } from './support.ts';

const track = closing();

const template = {
  Resources: {
    Rows: ROWS_TABLE,
    Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
    Key: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'key', GenerateSecretString: {} } },
  },
};

const errors: unknown[] = [];
const fatal: Error[] = [];

beforeEach(() => {
  errors.length = 0;
  fatal.length = 0;
});

async function start(dataDir: string): Promise<Services> {
  const cdkOut = track(temporaryFolder()).path;
  writeFileSync(join(cdkOut, 'app.template.json'), JSON.stringify(template));
  return startServices({
    cdkOut,
    stackName: 'app',
    dataDir,
    port: 0,
    extend: () => ({
      routes: {
        '/_local/broken': () => {
          throw new Error('no page');
        },
      },
    }),
    onError: (error) => errors.push(error),
    onFatal: (reason) => fatal.push(reason),
  });
}

/** Overwrites the middle of a file, as a bad sector does. */
function damagePages(file: string): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 3 * 4096, bytes.length - 4096);
  writeFileSync(file, bytes);
}

describe('a damaged file of the data directory', () => {
  it.each([
    ['dynamodb/dynamodb.sqlite', 'the items of all tables'],
    ['sqs/fauxqs.db', 'the messages of all queues'],
    ['s3/s3.sqlite', 'the objects of all buckets'],
    ['events/events.sqlite', 'the events that are not delivered yet'],
    ['secrets/secrets.json', 'the values that clients have put'],
    ['usage/usage.json', 'the usage so far'],
    ['events/rules.json', 'the rules that clients have put'],
  ])('prevents the start with a message that says what to do: %s', async (name, holds) => {
    const dataDir = track(temporaryFolder()).path;
    const file = join(dataDir, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'not what it was '.repeat(600));

    const failure = await start(dataDir).catch((error: Error) => error);

    expect(failure).toMatchObject({ name: 'StoreFailure', kind: 'damaged' });
    expect((failure as Error).message).toMatch(new RegExp(`^${file} is damaged .*without ${holds}\\.$`));
    expect(fatal).toEqual([]);
  });

  it('is detected in any page of the file', async () => {
    const file = join(track(temporaryFolder()).path, 'rows.sqlite');
    const database = openDatabase(file, 'CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, text TEXT)');
    const insert = database.prepare('INSERT INTO row (text) VALUES (?)');
    for (let row = 0; row < 200; row++) insert.run('x'.repeat(500));
    database.close();
    damagePages(file);

    expect(() => openDatabase(file, '', 'the rows')).toThrow(/rows\.sqlite is damaged .*without the rows/);
  });

  it('is named if it is the lock file', () => {
    const dataDir = track(temporaryFolder()).path;
    writeFileSync(join(dataDir, 'lock'), 'not a database '.repeat(600));

    expect(() => lockDataDir(dataDir)).toThrow(`${join(dataDir, 'lock')} is damaged`);
  });

  it('causes a 500 of the service when a call reads it, and the service continues', async () => {
    const dataDir = track(temporaryFolder()).path;
    const file = join(dataDir, 'dynamodb', 'dynamodb.sqlite');
    const before = await start(dataDir);
    const writer = new DynamoDBClient(clientOptions(before.gateway));
    for (let row = 0; row < 40; row++) {
      const Item = { id: { S: `row-${row}` }, text: { S: 'x'.repeat(2000) } };
      await writer.send(new PutItemCommand({ TableName: 'rows', Item }));
    }
    await before.close();
    const aws = track(await start(dataDir));
    damagePages(file);
    const client = new DynamoDBClient(clientOptions(aws.gateway));
    const query = (id: string) =>
      client.send(
        new QueryCommand({
          TableName: 'rows',
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': { S: id } },
        }),
      );

    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, row) => query(`row-${row}`).catch((error: Error) => error)),
    );

    expect(answers).toContainEqual(
      expect.objectContaining({
        name: 'InternalServerError',
        $metadata: expect.objectContaining({ httpStatusCode: 500 }),
      }),
    );
    expect(errors).toContainEqual(expect.objectContaining({ name: 'StoreFailure', kind: 'damaged' }));
    expect(String(errors[0])).toContain(file);
    expect(fatal).toEqual([]);
  });
});

it('answers with a problem when a route of the endpoint fails', async () => {
  const aws = track(await start(track(temporaryFolder()).path));

  const response = await fetch(`${aws.gateway.url}/_local/broken`);

  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ status: 500 });
  expect(errors).toEqual([expect.objectContaining({ message: 'no page' })]);
});

describe('a full disk', () => {
  it('is named in the error of the failed write', () => {
    const file = join(track(temporaryFolder()).path, 'rows.sqlite');
    const database = track(openDatabase(file, 'CREATE TABLE IF NOT EXISTS row (text TEXT)'));
    // SQLite refuses to grow the file, as it does when the disk has no space.
    database.exec('PRAGMA max_page_count = 4');
    const insert = database.prepare('INSERT INTO row VALUES (?)');

    expect(() => insert.run('x'.repeat(100_000))).toThrow(`The disk is full: ${file} could not be written`);
  });

  it('leaves a write unanswered if its commit fails', () => {
    const database = track(openDatabase(':memory:', 'CREATE TABLE row (text TEXT)'));
    const commit = new GroupCommit(database);
    let responses = 0;
    commit.beforeWrite();
    commit.afterCommit(() => responses++);
    database.exec('ROLLBACK');

    expect(() => commit.flush()).toThrow('cannot commit');
    commit.flush();
    expect(responses).toBe(0);
  });

  it('is the error of a failed commit of the engine, even after SQLite has rolled back', () => {
    const database = track(openDatabase(':memory:', 'CREATE TABLE row (text TEXT)'));
    const commits = new Commits(database);
    commits.write(() => {
      database.exec('ROLLBACK');
      throw new Error('database or disk is full');
    });

    expect(() => commits.flush()).toThrow('database or disk is full');
  });

  it('ends the stack, whichever service detects it', async () => {
    const dataDir = track(temporaryFolder()).path;
    const aws = track(await start(dataDir));
    const client = new DynamoDBClient(clientOptions(aws.gateway));
    aws.services.set('dynamodb', async () => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', path: '/data/x' });
    });

    const Item = { id: { S: 'a' } };
    await client.send(new PutItemCommand({ TableName: 'rows', Item })).catch(() => {});

    expect(fatal.map(({ message }) => message)).toEqual([
      'The disk is full: /data/x could not be written. Free space and start again; nothing is lost.',
    ]);
  });
});

describe('an ended thread of a service', () => {
  /** A service that starts, and whose thread ends with an error at its first call. */
  const dying = (error: string) =>
    new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from 'node:worker_threads';
        parentPort.on('message', () => { throw ${error}; });
        parentPort.postMessage({ ready: true });`)}`,
    );

  it.each([
    ["new Error('lost')", 'The service dynamodb ended unexpectedly (lost). Start again: what was accepted is stored.'],
    [
      "Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: '/data/x' })",
      'The disk is full: /data/x could not be written. Free space and start again; nothing is lost.',
    ],
  ])('ends the stack with one line: %s', async (error, line) => {
    const failures: [string, boolean][] = [];
    const service = await startWorkerService({
      service: 'dynamodb',
      entry: dying(error),
      workerData: undefined,
      onFailure: ({ message }, isFatal) => failures.push([message, isFatal]),
    });

    await expect(service.call('GetItem', '{}')).rejects.toThrow('dynamodb is not running');
    expect(failures).toEqual([[line, true]]);
  });
});
