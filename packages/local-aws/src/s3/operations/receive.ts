import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { PassThrough, type Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../../gateway/errors.ts';
import type { S3Call } from '../protocol/call.ts';
import { CHECKSUMS, type Checksum, type ChecksumName, checksum } from '../protocol/checksums.ts';
import { ChunkedDecoder } from '../protocol/chunked.ts';
import { badDigest } from '../protocol/responses.ts';
import type { ObjectStore } from '../state/object-store.ts';

/** A body that was written to a file. */
export interface Received {
  readonly file: string;
  readonly size: number;
  /** MD5 in hex. */
  readonly md5: string;
  /** The verified checksum, as a header. */
  readonly checksum?: Readonly<Record<string, string>>;
}

/** Writes a request's body of at most `maxBytes` to a file and checks its length and checksums. */
export async function receive(call: S3Call, store: ObjectStore, maxBytes: number): Promise<Received> {
  const draft = store.draft();
  const chunked = isChunked(call);
  const decoder = chunked ? new ChunkedDecoder() : undefined;
  const measured = measure(call, maxBytes);
  try {
    const entry = decoder ?? measured.through;
    const steps = decoder ? [decoder, measured.through] : [measured.through];
    await Promise.all([feed(call.stream, entry), pipeline([...steps, createWriteStream(draft.path)])]);
    const size = measured.size();
    checkLength(call, size, chunked);
    const md5 = measured.md5.digest();
    if (call.header('content-md5') !== undefined && call.header('content-md5') !== md5.toString('base64')) {
      throw badDigest('Content-MD5');
    }
    const verified = verify(call, measured.checksums, decoder?.trailers ?? new Map());
    const file = draft.keep();
    return { file, size, md5: md5.toString('hex'), ...(verified ? { checksum: verified } : {}) };
  } catch (error) {
    await draft.drop();
    throw faultOf(call, error);
  }
}

/** A client that hangs up is no fault of S3. */
const faultOf = ({ stream }: S3Call, error: unknown): unknown =>
  stream.destroyed && !(error instanceof AwsError)
    ? new AwsError('RequestTimeout', 'The client disconnected before its upload was complete', 400)
    : error;

/** Pipes without closing the source on an error, because the connection is still needed for the response. */
function feed(source: Readable, entry: Writable): Promise<void> {
  return new Promise((resolve) => {
    const cut = () => {
      if (!source.readableEnded) entry.destroy(new Error('The client disconnected'));
      resolve();
    };
    source.once('close', cut);
    source.once('end', () => {
      source.off('close', cut);
      resolve();
    });
    entry.once('close', () => {
      source.unpipe(entry);
      resolve();
    });
    if (source.destroyed) cut();
    else source.pipe(entry);
  });
}

function isChunked(call: S3Call): boolean {
  const payload = call.header('x-amz-content-sha256') ?? '';
  return payload.startsWith('STREAMING-') || (call.header('content-encoding') ?? '').includes('aws-chunked');
}

function measure(call: S3Call, maxBytes: number) {
  const md5 = createHash('md5');
  const checksums = new Map<ChecksumName, Checksum>();
  const announced = call.header('x-amz-trailer')?.toLowerCase();
  for (const name of CHECKSUMS) {
    const header = `x-amz-checksum-${name}`;
    if (call.header(header) !== undefined || announced === header) checksums.set(name, checksum(name));
  }
  let size = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > maxBytes) {
        done(new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400));
        return;
      }
      md5.update(chunk);
      for (const each of checksums.values()) each.update(chunk);
      done(null, chunk);
    },
  });
  return { through, md5, checksums, size: () => size };
}

function checkLength(call: S3Call, size: number, chunked: boolean): void {
  const announced = call.header(chunked ? 'x-amz-decoded-content-length' : 'content-length');
  if (announced !== undefined && Number(announced) !== size) {
    throw new AwsError(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
      400,
    );
  }
}

function verify(
  call: S3Call,
  checksums: ReadonlyMap<ChecksumName, Checksum>,
  trailers: ReadonlyMap<string, string>,
): Record<string, string> | undefined {
  let verified: Record<string, string> | undefined;
  for (const [name, computed] of checksums) {
    const header = `x-amz-checksum-${name}`;
    const value = computed.digest();
    const given = call.header(header) ?? trailers.get(header);
    if (given !== undefined && given !== value) throw badDigest(name.toUpperCase());
    verified = { [header]: value };
  }
  return verified;
}

/** Reads a small body, such as the list of DeleteObjects, as text. */
export async function receiveText(call: S3Call): Promise<string> {
  const chunks: Buffer[] = [];
  const decoder = isChunked(call) ? new ChunkedDecoder() : new PassThrough();
  let size = 0;
  try {
    const fed = feed(call.stream, decoder);
    for await (const chunk of decoder) {
      const bytes = Buffer.from(chunk as Buffer);
      size += bytes.length;
      if (size > 4 * 1024 ** 2) throw new AwsError('MaxMessageLengthExceeded', 'Your request was too big.', 400);
      chunks.push(bytes);
    }
    await fed;
  } catch (error) {
    throw faultOf(call, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}
