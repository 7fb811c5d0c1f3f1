import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Clock } from '../clock.ts';
import type { CsvSource } from '../csv/source.ts';
import { s3Source } from '../s3-source.ts';

/** The bytes of an object without the data of an address. Calls `found` for each place that had it. */
export type Erase = (source: CsvSource, found: () => void) => AsyncIterable<Buffer>;

export interface ErasedObjects {
  keys(prefix: string): AsyncGenerator<string>;
  /** Undefined when there is no such object. */
  source(key: string): Promise<CsvSource | undefined>;
  /** Writes the object without what `erase` leaves out, if that is anything. Resolves to the number of places. */
  rewrite(key: string, erase: Erase): Promise<number>;
  remove(key: string): Promise<void>;
}

interface ObjectsDeps {
  s3: S3Client;
  bucket: string;
  clock: Clock;
}

/** How often an object may change, by another erasure, while it is rewritten. */
const TRIES = 10;

/** The objects of the bucket. In a bucket with versions the earlier ones of a changed object are deleted too. */
export function createErasedObjects({ s3, bucket, clock }: ObjectsDeps): ErasedObjects {
  let versioned: Promise<boolean> | undefined;
  async function hasVersions(): Promise<boolean> {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    return Status !== undefined;
  }

  async function deleteVersions(key: string): Promise<void> {
    versioned ??= hasVersions();
    if (!(await versioned)) return;
    let KeyMarker: string | undefined;
    let VersionIdMarker: string | undefined;
    do {
      const page: ListObjectVersionsCommandOutput = await s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, KeyMarker, VersionIdMarker }),
      );
      const { Versions = [], DeleteMarkers = [] } = page;
      // A version that is the latest one is the object as it is now.
      const old = [...Versions.filter(({ IsLatest }) => !IsLatest), ...DeleteMarkers];
      for (const { Key, VersionId } of old) {
        if (Key === key) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
      }
      ({ NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page);
    } while (KeyMarker);
  }

  async function head(Key: string) {
    try {
      const {
        ContentLength: size = 0,
        ETag: etag = '',
        ContentType,
      } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
      return { key: Key, size, etag, ContentType };
    } catch (error) {
      if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return undefined;
      throw error;
    }
  }

  /** False when the object has changed since it was read. */
  async function tryRewrite(key: string, erase: Erase, places: { found: number }): Promise<boolean> {
    const object = await head(key);
    if (!object) return true;
    const { etag, ContentType } = object;
    const source = s3Source({ s3, bucket, clock }, object);
    try {
      const count = () => {
        places.found += 1;
      };
      // Read once for nothing: most objects have nothing to erase, and are not written.
      for await (const _chunk of erase(source, count));
      if (places.found === 0) return true;
      const Body = Readable.from(erase(source, () => undefined));
      const params = { Bucket: bucket, Key: key, Body, IfMatch: etag, ...(ContentType && { ContentType }) };
      await new Upload({ client: s3, params, queueSize: 2, leavePartsOnError: true }).done();
      return true;
    } catch (error) {
      if (!isChanged(error)) throw error;
      return false;
    }
  }

  return {
    async *keys(Prefix) {
      let ContinuationToken: string | undefined;
      do {
        const { Contents = [], NextContinuationToken } = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix, ...(ContinuationToken && { ContinuationToken }) }),
        );
        for (const { Key } of Contents) if (Key !== undefined) yield Key;
        ContinuationToken = NextContinuationToken;
      } while (ContinuationToken);
    },

    async source(key) {
      const object = await head(key);
      return object && s3Source({ s3, bucket, clock }, object);
    },

    async rewrite(key, erase) {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const places = { found: 0 };
        if (!(await tryRewrite(key, erase, places))) continue;
        if (places.found > 0) await deleteVersions(key);
        return places.found;
      }
      throw new Error(`The object ${key} changed ${TRIES} times while it was rewritten: run the command again`);
    },

    async remove(key) {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      await deleteVersions(key);
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
const isChanged = (error: unknown): boolean =>
  error instanceof Error && ['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'].includes(error.name);
