import { createReadStream } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { AwsError } from '../../gateway/errors.ts';
import type { AwsResponse } from '../../gateway/types.ts';
import { splitAddress } from '../protocol/address.ts';
import type { S3Call } from '../protocol/call.ts';
import { checkRead, checkWrite, readRange } from '../protocol/conditions.ts';
import { headersToKeep, objectHeaders, readTags } from '../protocol/object-headers.ts';
import { malformedXml, noContent, noSuchBucket, noSuchKey, ok, preconditionFailed } from '../protocol/responses.ts';
import { elementsOf, textOf, xmlDocument } from '../protocol/xml.ts';
import type { ObjectRecord } from '../state/object-store.ts';
import type { S3Context } from './operations.ts';
import { receive, receiveText } from './receive.ts';

export async function putObject(context: S3Context, call: S3Call): Promise<AwsResponse> {
  const { store, now, max } = context;
  if (Buffer.byteLength(call.key) > max['s3.keyBytes'])
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400);
  // The first check saves the client a useless upload; the check after the body is the one that counts.
  checkWrite(call, store.find(call.bucket, call.key));
  const { file, size, md5, checksum } = await receive(call, store, max['s3.putBytes']);
  const before = store.find(call.bucket, call.key);
  try {
    checkWrite(call, before);
  } catch (error) {
    store.discard(file);
    throw error;
  }
  const tags = readTags(call.header('x-amz-tagging'));
  const object: ObjectRecord = {
    key: call.key,
    file,
    size,
    etag: md5,
    lastModified: now(),
    headers: headersToKeep(call, context.headerNames),
    ...(checksum ? { checksum } : {}),
    ...(tags ? { tags } : {}),
  };
  store.put(call.bucket, object);
  await store.settled();
  context.created(call, object, 'PutObject');
  return ok(call, { etag: `"${md5}"`, ...checksum });
}

export async function getObject(context: S3Context, call: S3Call): Promise<AwsResponse> {
  const object = required(context, call, call.bucket, call.key);
  const headers = objectHeaders(call, object);
  if (checkRead(call, object) === 'not-modified') return { status: 304, headers };
  const range = readRange(call.header('range'), object.size);
  const isHead = call.operation === 'HeadObject';
  const length = range ? range.end - range.start + 1 : object.size;
  if (range) {
    headers['content-range'] = `bytes ${range.start}-${range.end}/${object.size}`;
    // A checksum covers the whole object, so it does not fit a part of it.
    for (const name of Object.keys(headers)) if (name.startsWith('x-amz-checksum')) delete headers[name];
  }
  const response = { status: range ? 206 : 200, headers: { ...headers, 'content-length': length } };
  if (isHead || object.size === 0) return response;
  await context.store.check(call.bucket, object);
  return { ...response, body: createReadStream(context.store.pathOf(object.file), range) };
}

export async function deleteObject({ store, deleted }: S3Context, call: S3Call): Promise<AwsResponse> {
  const before = store.find(call.bucket, call.key);
  if (call.header('if-match') !== undefined) checkWrite(call, before);
  if (store.delete(call.bucket, call.key)) deleted(call, call.key);
  await store.settled();
  return noContent(call);
}

export async function deleteObjects({ store, deleted, max }: S3Context, call: S3Call): Promise<AwsResponse> {
  const body = await receiveText(call);
  const keys = elementsOf(body, 'Object').map((element) => textOf(element, 'Key'));
  if (keys.length === 0 || keys.length > max['s3.deleteKeys']) throw malformedXml();
  const quiet = textOf(body, 'Quiet') === 'true';
  const Deleted: { Key: string }[] = [];
  const Errors: { Key: string; Code: string; Message: string }[] = [];
  for (const key of keys) {
    if (key === undefined) throw malformedXml();
    const denied = call.deletionDenied(key);
    if (denied) {
      Errors.push({ Key: key, Code: denied.code, Message: denied.message });
      continue;
    }
    if (store.delete(call.bucket, key)) deleted(call, key);
    if (!quiet) Deleted.push({ Key: key });
  }
  await store.settled();
  return ok(call, {}, xmlDocument('DeleteResult', { Deleted, Error: Errors }));
}

export async function copyObject(context: S3Context, call: S3Call): Promise<AwsResponse> {
  const { store, now } = context;
  const source = await copySource(context, call);
  checkWrite(call, store.find(call.bucket, call.key));
  const replaces = call.header('x-amz-metadata-directive') === 'REPLACE';
  const draft = store.draft();
  await copyFile(store.pathOf(source.file), draft.path);
  const tags =
    call.header('x-amz-tagging-directive') === 'REPLACE' ? readTags(call.header('x-amz-tagging')) : source.tags;
  const { tags: _old, ...rest } = source;
  const object: ObjectRecord = {
    ...rest,
    key: call.key,
    file: draft.keep(),
    lastModified: now(),
    headers: replaces ? headersToKeep(call, context.headerNames) : source.headers,
    ...(tags ? { tags } : {}),
  };
  store.put(call.bucket, object);
  await store.settled();
  context.created(call, object, 'CopyObject');
  const LastModified = new Date(object.lastModified).toISOString();
  return ok(call, {}, xmlDocument('CopyObjectResult', { ETag: `"${object.etag}"`, LastModified }));
}

/** The object that `x-amz-copy-source` names. Throws if the conditions of the copy fail, and StoreFailure if its file is damaged. */
export async function copySource(context: S3Context, call: S3Call): Promise<ObjectRecord> {
  const named = (call.header('x-amz-copy-source') ?? '').split('?')[0] ?? '';
  const { bucket, key } = splitAddress(named.startsWith('/') ? named : `/${named}`, undefined);
  if (!context.store.hasBucket(bucket)) throw noSuchBucket();
  const source = required(context, call, bucket, key);
  if (checkRead(call, source, 'x-amz-copy-source-') === 'not-modified') {
    throw preconditionFailed();
  }
  await context.store.check(bucket, source);
  return source;
}

export async function objectTagging(context: S3Context, call: S3Call): Promise<AwsResponse> {
  const object = required(context, call, call.bucket, call.key);
  if (call.operation === 'GetObjectTagging') {
    const Tag = Object.entries(object.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    return ok(call, {}, xmlDocument('Tagging', { TagSet: { Tag } }));
  }
  const { tags: _old, ...rest } = object;
  const body = call.operation === 'PutObjectTagging' ? await receiveText(call) : '';
  const tags = elementsOf(body, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const);
  context.store.put(call.bucket, tags.length > 0 ? { ...rest, tags: Object.fromEntries(tags) } : rest);
  await context.store.settled();
  return call.operation === 'PutObjectTagging' ? ok(call, {}) : noContent(call);
}

/** Throws for a missing object: to a caller that may not list the bucket, S3 does not say that the object is missing. */
function required({ store }: S3Context, call: S3Call, bucket: string, key: string): ObjectRecord {
  const object = store.find(bucket, key);
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  if (!object) throw call.listingDenied(bucket) ?? noSuchKey();
  return object;
}
