import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import type { Json, JsonObject } from '../../json.ts';
import type { ItemReader } from '../asl/types.ts';
import { StateFailed } from '../errors.ts';
import type { AwsHttp } from '../tasks/http.ts';
import { TransientError } from '../tasks/retry.ts';
import { CsvRecords } from './csv.ts';
import { JsonElements, JsonLines, readerFailed } from './json-items.ts';

/** The maximum size of a CSV header in bytes. */
const HEADER_LIMIT = 10 * 1024;

export interface S3File {
  bucket: string;
  key: string;
  versionId?: string;
}

const encodeKey = (key: string) => key.split('/').map(encodeURIComponent).join('/');
export const s3Path = (bucket: string, key: string) => `/${bucket}/${encodeKey(key)}`;

/** Reads the text of an object in chunks. @throws StateFailed; TransientError if a retry may help */
async function* readObject(http: AwsHttp, file: S3File, roleArn: string): AsyncGenerator<string> {
  const query = file.versionId === undefined ? '' : `?versionId=${encodeURIComponent(file.versionId)}`;
  const path = `${s3Path(file.bucket, file.key)}${query}`;
  try {
    const response = await http.open({ service: 's3', method: 'GET', path, roleArn });
    if (response.statusCode !== 200) throw await refusal(response);
    const decoder = new StringDecoder('utf8');
    for await (const chunk of response) yield decoder.write(chunk);
    yield decoder.end();
  } catch (error) {
    if (error instanceof StateFailed || error instanceof TransientError) throw error;
    throw new TransientError(`Unable to read s3://${file.bucket}/${file.key}: ${(error as Error).message}`);
  }
}

async function refusal(response: IncomingMessage): Promise<Error> {
  const { statusCode = 0 } = response;
  let body = '';
  for await (const chunk of response) body += chunk;
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? String(statusCode);
  const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? 'The object could not be read.';
  const cause = `${message} (Service: Amazon S3; Status Code: ${statusCode}; Error Code: ${code})`;
  return statusCode >= 500 ? new TransientError(cause) : readerFailed(cause);
}

function checkHeader(header: readonly string[]): readonly string[] {
  if (new Set(header).size < header.length) throw readerFailed('CSV headers cannot contain duplicates.');
  if (Buffer.byteLength(header.join(',')) > HEADER_LIMIT) throw readerFailed('CSV headers cannot exceed 10 KiB.');
  return header;
}

/** A row by the names in the header. Missing fields are empty; extra fields are dropped. */
function rowOf(header: readonly string[], record: readonly string[]): JsonObject {
  const row: JsonObject = {};
  for (const [i, name] of header.entries()) row[name] = record[i] ?? '';
  return row;
}

async function* csvRows(pieces: AsyncIterable<string>, { delimiter, headers }: ItemReader): AsyncGenerator<Json[]> {
  const records = new CsvRecords(delimiter);
  let header = headers && checkHeader(headers);
  const rows = (found: Iterable<string[]>) => {
    const items: Json[] = [];
    for (const record of found) {
      if (header === undefined) header = checkHeader(record);
      else items.push(rowOf(header, record));
    }
    return items;
  };
  for await (const piece of pieces) yield rows(records.push(piece));
  yield rows(records.end());
}

async function* jsonItems(pieces: AsyncIterable<string>): AsyncGenerator<Json[]> {
  const elements = new JsonElements();
  for await (const piece of pieces) yield [...elements.push(piece)];
  elements.end();
}

async function* jsonLines(pieces: AsyncIterable<string>): AsyncGenerator<Json[]> {
  const lines = new JsonLines();
  for await (const piece of pieces) yield [...lines.push(piece)];
  yield [...lines.end()];
}

/** Reads the items of a file in S3, in lists as they arrive. @throws StateFailed with States.ItemReaderFailed */
export function readItems(http: AwsHttp, reader: ItemReader, file: S3File, roleArn: string): AsyncGenerator<Json[]> {
  const pieces = readObject(http, file, roleArn);
  if (reader.inputType === 'CSV') return csvRows(pieces, reader);
  return reader.inputType === 'JSON' ? jsonItems(pieces) : jsonLines(pieces);
}
