import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { stageBuckets } from '../cli/stage-bucket.ts';
import type { Stage } from '../infra/stages.ts';

/** Deletes every object in the bucket of a stage, in the client's Region. Resolves to their number, 0 when there is no such bucket. */
export async function emptyBuckets(s3: S3Client, stage: Stage): Promise<number> {
  let deleted = 0;
  for (const bucket of await stageBuckets(s3, stage.name)) deleted += await emptyBucket(s3, bucket);
  return deleted;
}

async function emptyBucket(s3: S3Client, Bucket: string): Promise<number> {
  for (let deleted = 0; ; ) {
    // What was deleted is not listed again, so the first page is always the next one.
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) return deleted;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    const [first] = Errors;
    if (first) throw new Error(`${Bucket}/${first.Key} could not be deleted: ${first.Code} ${first.Message ?? ''}`);
    deleted += Objects.length;
  }
}
