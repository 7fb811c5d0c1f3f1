export const S3_SCHEMA = `
  CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, created INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS object (bucket TEXT, key TEXT, record TEXT, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS upload (id TEXT PRIMARY KEY, bucket TEXT, record TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS part (upload TEXT, number INTEGER, record TEXT, PRIMARY KEY (upload, number)) WITHOUT ROWID;
`;

/** Records are written by this machine alone, so what is read is what was written. */
export const readRecord = <T>(record: unknown): T => JSON.parse(String(record)) as T;
