import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Principal } from '../../src/gateway/types.ts';
import { LOCAL_SECRET_KEY } from '../../src/identity.ts';
import { type LimitSettings, limitsOf } from '../../src/limits/limits.ts';
import type { BucketDefinition } from '../../src/s3/definitions.ts';
import { s3 } from '../../src/s3/s3.ts';
import { ObjectStore } from '../../src/s3/state/object-store.ts';
import { clientOptions, closing, gatewayFor, temporaryFolder } from './support.ts';

const track = closing();
const Bucket = 'files';
const MIB = 1024 ** 2;

interface Event {
  detailType: string;
  bucket: string;
  detail: Record<string, unknown>;
}

async function start(
  folder = track(temporaryFolder()).path,
  definition: Partial<BucketDefinition> = {},
  checksums: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED' = 'WHEN_SUPPORTED',
  limits: LimitSettings = {},
  role?: Principal,
) {
  const store = new ObjectStore(folder);
  const events: Event[] = [];
  const clock = { now: Date.now() };
  const handler = s3({
    store,
    max: limitsOf(limits).max,
    now: () => clock.now,
    buckets: [{ name: Bucket, arn: `arn:aws:s3:::${Bucket}`, notifiesEventBridge: true, cors: [], ...definition }],
    publish: (detailType, { name: bucket }, detail) => events.push({ detailType, bucket, detail }),
  });
  const identities = new Map(role && [[role.accessKeyId, role]]);
  const errors: unknown[] = [];
  const gateway = await gatewayFor({ s3: handler }, { identities, onError: (error) => errors.push(error) });
  const client = new S3Client({ ...clientOptions(gateway), requestChecksumCalculation: checksums });
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    client.destroy();
    await gateway.close();
    store.close();
  };
  return { ...track({ close }), client, gateway, errors, events, clock, store };
}

const put = (Key: string, Body: string | Buffer | Readable, more: object = {}) =>
  new PutObjectCommand({ Bucket, Key, Body, ...more });
/** Jest compares long buffers byte by byte, which takes a minute, so the tests compare digests. */
const digest = (bytes: Uint8Array | undefined) =>
  createHash('sha256')
    .update(bytes ?? 'nothing')
    .digest('hex');
const bodyOf = async (client: S3Client, Key: string, more: object = {}) =>
  (await client.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToByteArray();

describe('S3 objects', () => {
  it('are returned exactly as they were put, with type, metadata and ETag', async () => {
    const { client } = await start();
    const bytes = randomBytes(100_000);
    const Key = 'a b/ñ+&=?#%/c.bin';
    const written = await client.send(put(Key, bytes, { ContentType: 'text/csv', Metadata: { rows: '12' } }));
    const read = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(digest(await read.Body?.transformToByteArray())).toBe(digest(bytes));
    const ETag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    expect(written.ETag).toBe(ETag);
    expect(read).toMatchObject({ ETag, ContentType: 'text/csv', Metadata: { rows: '12' }, ContentLength: 100_000 });
  });

  it('accept a stream of known length, and one of unknown length from an upload manager', async () => {
    const { client } = await start();
    const bytes = randomBytes(3_000_000);
    await client.send(
      put('known', Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]), { ContentLength: bytes.length }),
    );
    expect(digest(await bodyOf(client, 'known'))).toBe(digest(bytes));
    const large = randomBytes(12 * 1024 ** 2);
    await new Upload({ client, params: { Bucket, Key: 'large', Body: Readable.from([large]) } }).done();
    expect(digest(await bodyOf(client, 'large'))).toBe(digest(large));
  });

  it('are refused and not stored if the checksum does not match the body', async () => {
    const { client } = await start();
    await expect(client.send(put('bad', 'content', { ChecksumCRC32: 'AAAAAA==' }))).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(client.send(put('bad', 'content', { ContentMD5: '1B2M2Y8AsgTpgAmY7PhCfg==' }))).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(bodyOf(client, 'bad')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('are read in ranges, and an unsatisfiable range is answered with an error', async () => {
    const { client } = await start();
    await client.send(put('digits', '0123456789'));
    const range = async (Range: string) => Buffer.from((await bodyOf(client, 'digits', { Range })) ?? []).toString();
    expect(await range('bytes=2-4')).toBe('234');
    expect(await range('bytes=7-')).toBe('789');
    expect(await range('bytes=-2')).toBe('89');
    await expect(range('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
    const part = await client.send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=0-0' }));
    expect(part).toMatchObject({ ContentRange: 'bytes 0-0/10', $metadata: { httpStatusCode: 206 } });
  });

  it('let exactly one of many writers with If-None-Match succeed', async () => {
    const { client } = await start();
    const writers = Array.from({ length: 8 }, (_, n) => client.send(put('once', `writer ${n}`, { IfNoneMatch: '*' })));
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = outcomes.find(({ status }) => status === 'rejected');
    expect(refused).toMatchObject({ reason: { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } } });
  });

  it('are answered with 304 and 412 according to the conditions of a read', async () => {
    const { client } = await start();
    const { ETag } = await client.send(put('page', 'content'));
    await expect(bodyOf(client, 'page', { IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(bodyOf(client, 'page', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('can be copied, tagged and deleted without a change of the content', async () => {
    const { client } = await start();
    await client.send(put('from', 'content', { Metadata: { kept: 'yes' } }));
    await client.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from` }));
    await client.send(
      new PutObjectTaggingCommand({ Bucket, Key: 'to', Tagging: { TagSet: [{ Key: 'a', Value: '<&>' }] } }),
    );
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'to' }))).TagSet).toEqual([
      { Key: 'a', Value: '<&>' },
    ]);
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'to' }))).Metadata).toEqual({ kept: 'yes' });
    const gone = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'from' }, { Key: 'none' }] } }),
    );
    expect(gone.Deleted?.map(({ Key }) => Key)).toEqual(['from', 'none']);
    expect(Buffer.from((await bodyOf(client, 'to')) ?? []).toString()).toBe('content');
  });

  it('are listed in the order of their keys, in pages, with common prefixes', async () => {
    const { client } = await start();
    for (const key of ['a/1', 'a/2', 'b', 'c/1', 'c/2', 'd', 'ñ']) await client.send(put(key, key));
    const pages: string[][] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken }),
      );
      const names = [
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
        ...(page.Contents ?? []).map(({ Key }) => Key),
      ];
      pages.push(names.map(String));
      expect(page.KeyCount).toBe(names.length);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(pages).toEqual([['a/', 'b'], ['c/', 'd'], ['ñ']]);
    const inside = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'c/', StartAfter: 'c/1' }));
    expect(inside.Contents?.map(({ Key }) => Key)).toEqual(['c/2']);
  });

  it('that are missing are answered as S3 does', async () => {
    const { client } = await start();
    await expect(bodyOf(client, 'none')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(client.send(new HeadBucketCommand({ Bucket: 'elsewhere' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(client.send(new ListObjectsV2Command({ Bucket: 'elsewhere' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  it('have keys of at most 1,024 bytes, and 1,000 of them are deleted in one call', async () => {
    const { client } = await start();
    const put = (bytes: number) => client.send(new PutObjectCommand({ Bucket, Key: 'k'.repeat(bytes), Body: 'a' }));
    const remove = (keys: number) => {
      const Objects = Array.from({ length: keys }, (_, n) => ({ Key: `k${n}` }));
      return client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    };
    await put(1_024);
    await expect(put(1_025)).rejects.toMatchObject({ name: 'KeyTooLongError' });
    expect((await remove(1_000)).Deleted).toHaveLength(1_000);
    await expect(remove(1_001)).rejects.toMatchObject({ name: 'MalformedXML' });
  });

  it('have at most the bytes, the keys and the deletes that are set', async () => {
    const { client } = await start(undefined, {}, 'WHEN_SUPPORTED', { 's3.putBytes': 10, 's3.keyBytes': false });
    const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket, Key, Body }));
    await put('k'.repeat(1_025), 'x'.repeat(10));
    await expect(put('k', 'x'.repeat(11))).rejects.toMatchObject({ name: 'EntityTooLarge' });
  });

  it('are kept over a restart, but unfinished uploads are not', async () => {
    const folder = track(temporaryFolder()).path;
    const first = await start(folder);
    await first.client.send(put('kept', 'content'));
    await first.close();
    const second = await start(folder);
    expect(Buffer.from((await bodyOf(second.client, 'kept')) ?? []).toString()).toBe('content');
  });
});

describe('multipart uploads', () => {
  it('join the listed parts in the listed order', async () => {
    const { client } = await start();
    const Key = 'joined';
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/csv' }));
    const first = randomBytes(5 * 1024 ** 2);
    const Parts = [];
    for (const [PartNumber, Body] of [
      [1, first],
      [2, Buffer.from('end')],
    ] as const) {
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    expect((await client.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toHaveLength(2);
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    const read = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(read.ContentType).toBe('text/csv');
    expect(read.ETag).toMatch(/-2"$/);
    expect(digest(await read.Body?.transformToByteArray())).toBe(digest(Buffer.concat([first, Buffer.from('end')])));
  });

  it('are deleted when they are aborted', async () => {
    const { client } = await start();
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'x' }));
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'x', UploadId }));
    await expect(
      client.send(new UploadPartCommand({ Bucket, Key: 'x', UploadId, PartNumber: 1, Body: 'late' })),
    ).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
});

describe('presigned addresses', () => {
  it('work until they expire, and only with the headers they were signed for', async () => {
    // With checksums enabled, the SDK signs the checksum of the empty body, and S3 then refuses any other body.
    const { client, clock } = await start(undefined, {}, 'WHEN_REQUIRED');
    const url = await getSignedUrl(client, put('direct', '', { Body: undefined, ContentType: 'text/csv' }), {
      expiresIn: 60,
      signableHeaders: new Set(['content-type']),
    });
    expect((await fetch(url, { method: 'PUT', body: 'a,b', headers: { 'content-type': 'text/csv' } })).status).toBe(
      200,
    );
    const get = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'direct' }), { expiresIn: 60 });
    expect(await (await fetch(get)).text()).toBe('a,b');
    clock.now += 61_000;
    const late = await fetch(get);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });
});

describe('an address that a role of the template signed', () => {
  const role: Principal = { kind: 'role', accessKeyId: 'LKIAROLE', roleArn: 'arn:aws:iam::000000000000:role/x' };
  const sha256 = createHash('sha256').update('a,b').digest('base64');

  async function signed(input: object) {
    const cors = [
      { origins: ['http://127.0.0.1:3000'], methods: ['PUT'], headers: ['x-amz-checksum-sha256'], exposed: [] },
    ];
    const { gateway, store } = await start(undefined, { cors }, 'WHEN_REQUIRED', {}, role);
    const client = new S3Client({
      ...clientOptions(gateway, role.accessKeyId),
      credentials: { accessKeyId: role.accessKeyId, secretAccessKey: LOCAL_SECRET_KEY },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    track({ close: () => client.destroy() });
    const command = new PutObjectCommand({ Bucket, Key: "direct it's (1).csv", ...input });
    const url = await getSignedUrl(client, command, {
      expiresIn: 60,
      unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
    });
    return { url, stored: () => store.find(Bucket, "direct it's (1).csv")?.size };
  }
  const answerTo = async (url: string, init: RequestInit) => {
    const response = await fetch(url, { method: 'PUT', ...init });
    return [response.status, /<Code>(\w+)/.exec(await response.text())?.[1]];
  };

  it('takes a body of the signed size and no other', async () => {
    const { url, stored } = await signed({ ContentLength: 3 });
    expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host');
    expect(await answerTo(url, { body: 'a,b,c' })).toEqual([403, 'SignatureDoesNotMatch']);
    expect(await answerTo(url, { body: 'a' })).toEqual([403, 'SignatureDoesNotMatch']);
    expect(await answerTo(url, { body: Readable.from(['a,b']) as never, duplex: 'half' } as RequestInit)).toEqual([
      403,
      'SignatureDoesNotMatch',
    ]);
    expect(stored()).toBeUndefined();
    expect(await answerTo(url, { body: 'a,b' })).toEqual([200, undefined]);
    expect(stored()).toBe(3);
  });

  it('takes the body with the signed checksum and no other, in a header that is signed', async () => {
    const { url, stored } = await signed({ ContentLength: 3, ChecksumSHA256: sha256 });
    const headers = { 'x-amz-checksum-sha256': sha256 };
    const other = createHash('sha256').update('a,c').digest('base64');
    expect(await answerTo(url, { body: 'a,c', headers })).toEqual([400, 'BadDigest']);
    expect(await answerTo(url, { body: 'a,c', headers: { 'x-amz-checksum-sha256': other } })).toEqual([
      403,
      'SignatureDoesNotMatch',
    ]);
    expect(await answerTo(url, { body: 'a,b' })).toEqual([403, 'SignatureDoesNotMatch']);
    expect(await answerTo(url, { body: 'a,b', headers: { ...headers, 'x-amz-acl': 'public-read' } })).toEqual([
      403,
      'AccessDenied',
    ]);
    expect(stored()).toBeUndefined();
    expect(await answerTo(url, { body: 'a,b', headers })).toEqual([200, undefined]);
  });

  it('works from a page: the preflight is not signed, and the page may read a refusal', async () => {
    const { url } = await signed({ ContentLength: 3, ChecksumSHA256: sha256 });
    const origin = 'http://127.0.0.1:3000';
    const asks = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-amz-checksum-sha256' };
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin, ...asks } });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    const refused = await fetch(url, {
      method: 'PUT',
      body: 'a',
      headers: { origin, 'x-amz-checksum-sha256': sha256 },
    });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, origin]);
  });
});

describe('S3', () => {
  it('sends an event to EventBridge for a new object', async () => {
    const { client, events } = await start();
    await client.send(put('uploads/1.csv', 'a,b'));
    expect(events).toEqual([
      {
        detailType: 'Object Created',
        bucket: Bucket,
        detail: expect.objectContaining({
          bucket: { name: Bucket },
          object: expect.objectContaining({ key: 'uploads/1.csv', size: 3 }),
          reason: 'PutObject',
        }),
      },
    ]);
  });

  it('answers a browser according to the CORS rules of the bucket', async () => {
    const cors = [{ origins: ['http://localhost:*'], methods: ['PUT'], headers: ['*'], exposed: ['ETag'] }];
    const { gateway } = await start(undefined, { cors });
    const ask = (method: string) =>
      fetch(`${gateway.url}/${Bucket}/x`, {
        method: 'OPTIONS',
        headers: {
          origin: 'http://localhost:3000',
          'access-control-request-method': method,
          'access-control-request-headers': 'content-type',
        },
      });
    expect((await ask('PUT')).headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
    expect((await ask('DELETE')).status).toBe(403);
  });
});

describe('a file that was changed on the disk', () => {
  it.each([
    ['a byte of it is another one', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from('X')])],
    ['its end is missing', (bytes: Buffer) => bytes.subarray(0, 5)],
  ])('is not served, and the failure names the object: %s', async (_name, change) => {
    const folder = track(temporaryFolder()).path;
    const { client, errors, store } = await start(folder);
    await client.send(new PutObjectCommand({ Bucket, Key: 'a/rows.csv', Body: 'email,subject' }));
    const stored = store.find(Bucket, 'a/rows.csv');
    if (!stored) throw new Error('It was not stored');
    const path = store.pathOf(stored.file);
    const bytes = readFileSync(path);
    expect(
      await (await client.send(new GetObjectCommand({ Bucket, Key: 'a/rows.csv' }))).Body?.transformToString(),
    ).toBe('email,subject');

    writeFileSync(path, change(bytes));
    utimesSync(path, new Date(0), new Date(0));

    await expect(store.check(Bucket, stored)).rejects.toThrow(/s3:\/\/files\/a\/rows\.csv, is damaged .* Restore it/);
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'a/rows.csv' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 500 },
    });
    expect(errors).toEqual([expect.objectContaining({ name: 'StoreFailure', kind: 'damaged' })]);
  });

  it.each([
    ['its first part', 0],
    ['its last part', 5 * MIB],
  ])('is not served or copied when it was uploaded in parts and %s has another byte', async (_name, at) => {
    const { client, store } = await start();
    const Key = 'parts.csv';
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const part = async (PartNumber: number, Body: Buffer) => {
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      return { PartNumber, ETag };
    };
    const Parts = [await part(1, Buffer.alloc(5 * MIB, 'a')), await part(2, Buffer.from('the end'))];
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    const CopySource = `${Bucket}/${Key}`;
    await client.send(new CopyObjectCommand({ Bucket, Key: 'copy.csv', CopySource }));
    const [stored, copied] = [store.find(Bucket, Key), store.find(Bucket, 'copy.csv')];
    if (!stored || !copied) throw new Error('It was not stored');

    for (const object of [stored, copied]) {
      await expect(store.check(Bucket, object)).resolves.toBeUndefined();
      const bytes = readFileSync(store.pathOf(object.file));
      writeFileSync(store.pathOf(object.file), bytes.fill('X', at, at + 1));
      utimesSync(store.pathOf(object.file), new Date(0), new Date(0));
      await expect(store.check(Bucket, object)).rejects.toThrow(`s3://${Bucket}/${object.key}, is damaged`);
    }
    const failed = { $metadata: { httpStatusCode: 500 } };
    await expect(client.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject(failed);
    const again = { Bucket, Key: 'again.csv', CopySource };
    await expect(client.send(new CopyObjectCommand(again))).rejects.toMatchObject(failed);
    expect(store.find(Bucket, 'again.csv')).toBeUndefined();
  });
});
