import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StoreFailure } from '../../storage/failure.ts';
import { GroupCommit } from '../../storage/group-commit.ts';
import { openDatabase } from '../../storage/sqlite.ts';
import { Statements } from '../../storage/statements.ts';

/** An object without its bytes. */
export interface ObjectRecord {
  readonly key: string;
  /** Name of the file with the bytes. */
  readonly file: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Of a multipart upload, whose ETag is made of the MD5s of its parts. Missing in objects that older versions stored. */
  readonly partSizes?: readonly number[];
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  /** content-type, cache-control and x-amz-meta-…, as in responses. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-checksum-…`, if one is known for the whole object. */
  readonly checksum?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface Upload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly initiated: number;
}

export interface Part {
  readonly number: number;
  readonly file: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: number;
}

/** Buckets, objects and multipart uploads. Records are in SQLite; the bytes of each object are in a file. */
export class ObjectStore {
  readonly #database: DatabaseSync;
  readonly #commit: GroupCommit;
  readonly #files: string;
  readonly #drafts: string;
  /** When the files that were found whole were last changed, so that a file is read once. */
  readonly #checked = new Map<string, number>();
  readonly #statements: Statements;

  constructor(folder: string) {
    this.#files = join(folder, 'objects');
    this.#drafts = join(folder, 'drafts');
    rmSync(this.#drafts, { recursive: true, force: true });
    for (const path of [this.#files, this.#drafts]) mkdirSync(path, { recursive: true });
    this.#database = openDatabase(join(folder, 's3.sqlite'), SCHEMA, 'the objects of all buckets');
    this.#commit = new GroupCommit(this.#database);
    this.#statements = new Statements(this.#database);
    this.#removeOrphans();
  }

  createBucket(name: string, now: number): void {
    this.#write('INSERT OR IGNORE INTO bucket VALUES (?, ?)', name, now);
  }

  buckets(): { name: string; created: number }[] {
    return this.#all('SELECT * FROM bucket ORDER BY name').map((row) => ({
      name: String(row.name),
      created: Number(row.created),
    }));
  }

  hasBucket(name: string): boolean {
    return this.#get('SELECT 1 FROM bucket WHERE name = ?', name) !== undefined;
  }

  isEmpty(bucket: string): boolean {
    return this.#get('SELECT 1 FROM object WHERE bucket = ? LIMIT 1', bucket) === undefined;
  }

  deleteBucket(name: string): void {
    this.#write('DELETE FROM bucket WHERE name = ?', name);
  }

  find(bucket: string, key: string): ObjectRecord | undefined {
    const row = this.#get('SELECT record FROM object WHERE bucket = ? AND key = ?', bucket, key);
    return row && readRecord<ObjectRecord>(row.record);
  }

  /** Stores an object. If it replaces another, the file of that one is removed. */
  put(bucket: string, record: ObjectRecord): void {
    const before = this.find(bucket, record.key);
    this.#write('INSERT OR REPLACE INTO object VALUES (?, ?, ?)', bucket, record.key, JSON.stringify(record));
    if (before && before.file !== record.file) this.discard(before.file);
  }

  delete(bucket: string, key: string): ObjectRecord | undefined {
    const before = this.find(bucket, key);
    if (!before) return undefined;
    this.#write('DELETE FROM object WHERE bucket = ? AND key = ?', bucket, key);
    this.discard(before.file);
    return before;
  }

  /** The objects with a key greater than `after` (or equal, if `inclusive`), in the order of S3. */
  *list(bucket: string, prefix: string, after: string, inclusive = false): Generator<ObjectRecord> {
    const from = prefix > after ? prefix : after;
    const operator = inclusive || from !== after ? '>=' : '>';
    const sql = `SELECT record FROM object WHERE bucket = ? AND key ${operator} ? AND key < ? ORDER BY key`;
    // Not a shared statement, because two lists may be read at the same time.
    const rows = this.#database.prepare(sql).iterate(bucket, from, prefix + LAST_CHARACTER);
    for (const row of rows) yield readRecord<ObjectRecord>(row.record);
  }

  createUpload(upload: Upload): void {
    this.#write('INSERT INTO upload VALUES (?, ?, ?)', upload.uploadId, upload.bucket, JSON.stringify(upload));
  }

  upload(uploadId: string): Upload | undefined {
    const row = this.#get('SELECT record FROM upload WHERE id = ?', uploadId);
    return row && readRecord<Upload>(row.record);
  }

  uploads(bucket: string): Upload[] {
    return this.#all('SELECT record FROM upload WHERE bucket = ?', bucket).map((row) => readRecord<Upload>(row.record));
  }

  putPart(uploadId: string, part: Part): void {
    const before = this.parts(uploadId).find(({ number }) => number === part.number);
    this.#write('INSERT OR REPLACE INTO part VALUES (?, ?, ?)', uploadId, part.number, JSON.stringify(part));
    if (before) this.discard(before.file);
  }

  parts(uploadId: string): Part[] {
    const rows = this.#all('SELECT record FROM part WHERE upload = ? ORDER BY number', uploadId);
    return rows.map((row) => readRecord<Part>(row.record));
  }

  deleteUpload(uploadId: string): void {
    for (const { file } of this.parts(uploadId)) this.discard(file);
    this.#write('DELETE FROM part WHERE upload = ?', uploadId);
    this.#write('DELETE FROM upload WHERE id = ?', uploadId);
  }

  /** A temporary file to write to; `keep` makes it permanent. */
  draft(): { path: string; keep(): string; drop(): Promise<void> } {
    const file = randomUUID();
    const path = join(this.#drafts, file);
    return {
      path,
      keep: () => {
        renameSync(path, this.pathOf(file));
        return file;
      },
      drop: () => ignoreMissing(unlink(path)),
    };
  }

  /**
   * Reads an object's file before it is served. Throws StoreFailure where its bytes are not those that were stored. Of a multipart upload
   * that an older version stored only the size is checked.
   */
  async check(bucket: string, object: ObjectRecord): Promise<void> {
    const { key, file, size, etag } = object;
    const path = this.pathOf(file);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.size === size && this.#checked.get(file) === found.mtimeMs) return;
    const isWhole = found?.size === size && (hasUnknownParts(object) || (await etagOfFile(path, object)) === etag);
    if (!isWhole || !found) {
      throw new StoreFailure(
        'damaged',
        `${path}, the object s3://${bucket}/${key}, is damaged (its bytes are not those that were stored). ` +
          'Restore it from a copy, or upload the object again.',
      );
    }
    this.#checked.set(file, found.mtimeMs);
  }

  /** The path of a file. Files are spread over folders by the first two characters of their names. */
  pathOf(file: string): string {
    return join(this.#files, file.slice(0, 2), file);
  }

  /** Removes a file once the commit that no longer names it is done. */
  discard(file: string): void {
    this.#checked.delete(file);
    this.#commit.afterCommit(() => void ignoreMissing(unlink(this.pathOf(file))));
  }

  /** Resolves once every write so far is committed. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#commit.afterCommit(resolve));
  }

  close(): void {
    this.#commit.flush();
    this.#database.close();
  }

  /** Removes files that a killed process had written but not yet recorded. */
  #removeOrphans(): void {
    const sql = `SELECT json_extract(record, '$.file') AS file FROM object
      UNION ALL SELECT json_extract(record, '$.file') FROM part`;
    const known = new Set(this.#all(sql).map((row) => String(row.file)));
    for (let first = 0; first < 256; first++) {
      const folder = join(this.#files, first.toString(16).padStart(2, '0'));
      mkdirSync(folder, { recursive: true });
      for (const file of readdirSync(folder)) if (!known.has(file)) rmSync(join(folder, file));
    }
  }

  #get(sql: string, ...values: (string | number)[]) {
    return this.#statements.of(sql).get(...values);
  }

  #all(sql: string, ...values: (string | number)[]) {
    return this.#statements.of(sql).all(...values);
  }

  #write(sql: string, ...values: (string | number)[]): void {
    this.#commit.beforeWrite();
    this.#statements.of(sql).run(...values);
  }
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, created INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS object (bucket TEXT, key TEXT, record TEXT, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS upload (id TEXT PRIMARY KEY, bucket TEXT, record TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS part (upload TEXT, number INTEGER, record TEXT, PRIMARY KEY (upload, number)) WITHOUT ROWID;
`;

/** Only this class writes records, so they need no validation. */
const readRecord = <T>(record: unknown): T => JSON.parse(String(record)) as T;

const LAST_CHARACTER = '\u{10ffff}';

const hasUnknownParts = ({ etag, partSizes }: ObjectRecord) => etag.includes('-') && !partSizes;

/** The ETag that the bytes of a file have. */
async function etagOfFile(path: string, { partSizes }: ObjectRecord): Promise<string> {
  if (!partSizes) return (await md5Of(createReadStream(path))).toString('hex');
  const digests: Buffer[] = [];
  let start = 0;
  for (const size of partSizes) {
    const end = start + size;
    digests.push(await md5Of(size === 0 ? [] : createReadStream(path, { start, end: end - 1 })));
    start = end;
  }
  return multipartEtag(digests);
}

/**
 * The ETag of a multipart upload, from the MD5s of its parts.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export const multipartEtag = (digests: readonly Uint8Array[]): string =>
  `${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${digests.length}`;

async function md5Of(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const hash = createHash('md5');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}

async function ignoreMissing(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
