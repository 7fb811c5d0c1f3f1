import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../../gateway/errors.ts';
import type { AwsResponse } from '../../gateway/types.ts';
import type { S3Call } from '../protocol/call.ts';
import { checkWrite, readRange } from '../protocol/conditions.ts';
import { headersToKeep, readTags } from '../protocol/object-headers.ts';
import { invalidArgument, malformedXml, noContent, noSuchUpload, ok } from '../protocol/responses.ts';
import { elementsOf, textOf, xmlDocument } from '../protocol/xml.ts';
import { multipartEtag, type ObjectRecord, type Part, type Upload } from '../state/object-store.ts';
import { copySource } from './objects.ts';
import type { S3Context } from './operations.ts';
import { receive, receiveText } from './receive.ts';

/** The minimum size of every part except the last. */
const MIN_PART_SIZE = 5 * 1024 ** 2;
const MAX_PART_NUMBER = 10_000;

export async function createMultipartUpload(context: S3Context, call: S3Call): Promise<AwsResponse> {
  const tags = readTags(call.header('x-amz-tagging'));
  const upload: Upload = {
    uploadId: randomUUID().replaceAll('-', ''),
    bucket: call.bucket,
    key: call.key,
    headers: headersToKeep(call, context.headerNames),
    initiated: context.now(),
    ...(tags ? { tags } : {}),
  };
  context.store.createUpload(upload);
  await context.store.settled();
  const { bucket: Bucket, key: Key, uploadId: UploadId } = upload;
  return ok(call, {}, xmlDocument('InitiateMultipartUploadResult', { Bucket, Key, UploadId }));
}

export async function uploadPart(context: S3Context, call: S3Call): Promise<AwsResponse> {
  const upload = required(context, call);
  const number = partNumber(call);
  const { file, size, md5, checksum } = await receive(call, context.store, context.max['s3.putBytes']);
  storePart(context, upload, { number, file, size, etag: md5, lastModified: context.now() });
  await context.store.settled();
  return ok(call, { etag: `"${md5}"`, ...checksum });
}

export async function uploadPartCopy(context: S3Context, call: S3Call): Promise<AwsResponse> {
  const { store, now } = context;
  const upload = required(context, call);
  const number = partNumber(call);
  const source = await copySource(context, call);
  const range = readRange(call.header('x-amz-copy-source-range'), source.size);
  const draft = store.draft();
  const md5 = createHash('md5');
  let size = 0;
  const bytes = createReadStream(store.pathOf(source.file), range);
  bytes.on('data', (chunk) => {
    md5.update(chunk);
    size += chunk.length;
  });
  await pipeline(bytes, createWriteStream(draft.path));
  const etag = md5.digest('hex');
  const lastModified = now();
  storePart(context, upload, { number, file: draft.keep(), size, etag, lastModified });
  await store.settled();
  const LastModified = new Date(lastModified).toISOString();
  return ok(call, {}, xmlDocument('CopyPartResult', { ETag: `"${etag}"`, LastModified }));
}

export async function completeMultipartUpload(context: S3Context, call: S3Call): Promise<AwsResponse> {
  const { store, now } = context;
  const upload = required(context, call);
  const parts = listedParts(await receiveText(call), store.parts(upload.uploadId));
  checkWrite(call, store.find(call.bucket, call.key));
  const draft = store.draft();
  for (const { file } of parts) {
    await pipeline(createReadStream(store.pathOf(file)), createWriteStream(draft.path, { flags: 'a' }));
  }
  checkWrite(call, store.find(call.bucket, call.key));
  const object: ObjectRecord = {
    key: upload.key,
    file: draft.keep(),
    size: parts.reduce((sum, part) => sum + part.size, 0),
    etag: multipartEtag(parts.map(({ etag }) => Buffer.from(etag, 'hex'))),
    partSizes: parts.map(({ size }) => size),
    lastModified: now(),
    headers: upload.headers,
    ...(upload.tags ? { tags: upload.tags } : {}),
  };
  store.put(call.bucket, object);
  store.deleteUpload(upload.uploadId);
  await store.settled();
  context.created(call, object, 'CompleteMultipartUpload');
  const { bucket: Bucket, key: Key } = upload;
  return ok(call, {}, xmlDocument('CompleteMultipartUploadResult', { Bucket, Key, ETag: `"${object.etag}"` }));
}

export async function abortMultipartUpload(context: S3Context, call: S3Call): Promise<AwsResponse> {
  context.store.deleteUpload(required(context, call).uploadId);
  await context.store.settled();
  return noContent(call);
}

export function listParts(context: S3Context, call: S3Call): AwsResponse {
  const { uploadId, bucket, key } = required(context, call);
  const after = Number(call.query.get('part-number-marker') ?? 0);
  const max = Math.min(Number(call.query.get('max-parts') ?? 1_000), 1_000);
  const rest = context.store.parts(uploadId).filter(({ number }) => number > after);
  const page = rest.slice(0, max);
  const members = {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    IsTruncated: rest.length > page.length,
    NextPartNumberMarker: page.at(-1)?.number,
    Part: page.map((part) => ({
      PartNumber: part.number,
      ETag: `"${part.etag}"`,
      Size: part.size,
      LastModified: new Date(part.lastModified).toISOString(),
    })),
  };
  return ok(call, {}, xmlDocument('ListPartsResult', members));
}

export function listMultipartUploads(context: S3Context, call: S3Call): AwsResponse {
  const prefix = call.query.get('prefix') ?? '';
  const Upload = context.store
    .uploads(call.bucket)
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key, uploadId, initiated }) => ({
      Key: key,
      UploadId: uploadId,
      Initiated: new Date(initiated).toISOString(),
    }));
  const members = { Bucket: call.bucket, Prefix: prefix, IsTruncated: false, Upload };
  return ok(call, {}, xmlDocument('ListMultipartUploadsResult', members));
}

function required({ store }: S3Context, call: S3Call): Upload {
  const upload = store.upload(call.query.get('uploadId') ?? '');
  if (!upload || upload.bucket !== call.bucket || upload.key !== call.key) throw noSuchUpload();
  return upload;
}

/** Stores a part, unless the upload was completed or aborted while the part arrived. */
function storePart({ store }: S3Context, upload: Upload, part: Part): void {
  if (store.upload(upload.uploadId)) {
    store.putPart(upload.uploadId, part);
    return;
  }
  store.discard(part.file);
  throw noSuchUpload();
}

function partNumber(call: S3Call): number {
  const number = Number(call.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
  }
  return number;
}

/** The uploaded parts that the body lists. */
function listedParts(body: string, uploaded: readonly Part[]): Part[] {
  const known = new Map(uploaded.map((part) => [part.number, part]));
  const parts = elementsOf(body, 'Part').map((element) => {
    const part = known.get(Number(textOf(element, 'PartNumber')));
    if (!part || textOf(element, 'ETag')?.replaceAll('"', '') !== part.etag) {
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
      );
    }
    return part;
  });
  if (parts.length === 0) throw malformedXml();
  if (parts.some((part, at) => at > 0 && part.number <= (parts[at - 1]?.number ?? 0))) {
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.', 400);
  }
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART_SIZE)) {
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400);
  }
  return parts;
}
