import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { CsvSource } from '../csv/source.ts';
import { type S3SourceDeps, s3Source } from '../s3-source.ts';
import { type UploadRecord, uploadObjectKey } from './upload.ts';

/** The address for one PUT of the file, and the headers that it must have besides Content-Length. */
export interface UploadLink {
  url: string;
  headers: Record<string, string>;
}

/** A file that has arrived. */
export interface ArrivedFile {
  size: number;
  etag: string;
}

export interface UploadObjects {
  link(upload: Pick<UploadRecord, 'uploadId' | 'size' | 'sha256'>, validMs: number): Promise<UploadLink>;
  /** Undefined while the file is not there. */
  find(uploadId: string): Promise<ArrivedFile | undefined>;
  /** The file as a source that is read from S3 each time. `onBytes` is told how much came; what it throws ends the reading. */
  source(uploadId: string, file: ArrivedFile, onBytes: (bytes: number) => void): CsvSource;
  remove(uploadId: string): Promise<void>;
}

const CHECKSUM = 'x-amz-checksum-sha256';

/**
 * The files of uploads in S3. The client must have `requestChecksumCalculation: 'WHEN_REQUIRED'`: otherwise the SDK signs the checksum of
 * the empty body of its command, and S3 refuses every file.
 */
export function createUploadObjects({ s3, bucket, clock }: S3SourceDeps): UploadObjects {
  const at = (uploadId: string) => ({ Bucket: bucket, Key: uploadObjectKey(uploadId) });

  return {
    /** S3 enforces what is signed: the size as Content-Length, the checksum as a header. */
    async link({ uploadId, size, sha256 }, validMs) {
      const checksum = sha256 === undefined ? undefined : Buffer.from(sha256, 'hex').toString('base64');
      const command = new PutObjectCommand({
        ...at(uploadId),
        ContentLength: size,
        ...(checksum !== undefined && { ChecksumSHA256: checksum }),
      });
      const url = await getSignedUrl(s3, command, {
        expiresIn: Math.floor(validMs / 1000),
        // As a part of the address S3 would not compare it with the body.
        unhoistableHeaders: new Set([CHECKSUM]),
      });
      return { url, headers: checksum === undefined ? {} : { [CHECKSUM]: checksum } };
    },

    async find(uploadId) {
      try {
        const { ContentLength = 0, ETag = '' } = await s3.send(new HeadObjectCommand(at(uploadId)));
        return { size: ContentLength, etag: ETag };
      } catch (error) {
        if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return undefined;
        throw error;
      }
    },

    source: (uploadId, file, onBytes) =>
      s3Source({ s3, bucket, clock }, { key: uploadObjectKey(uploadId), ...file }, onBytes),

    async remove(uploadId) {
      await s3.send(new DeleteObjectCommand(at(uploadId)));
    },
  };
}
