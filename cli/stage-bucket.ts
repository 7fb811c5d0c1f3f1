import { ListBucketsCommand, type S3Client } from '@aws-sdk/client-s3';

/**
 * The buckets of a stage in the client's Region: one, or none. The account's own list of buckets tells the name, so that no bucket of somebody
 * else is ever named.
 */
export async function stageBuckets(s3: S3Client, stage: string): Promise<string[]> {
  const region = await s3.config.region();
  const prefix = `pregon-${stage}-campaigns`;
  const name = new RegExp(`^${prefix}-\\d{12}-${region}$`);
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({ Prefix: prefix }));
  return Buckets.flatMap(({ Name = '' }) => (name.test(Name) ? [Name] : []));
}
