import type { IncomingHttpHeaders } from 'node:http';
import { splitAddress } from './address.ts';

/** The S3 operation that a method, an address and a query name. */
export function s3Operation(
  method: string,
  path: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
): string {
  if (method === 'OPTIONS') return 'Preflight';
  const { bucket, key } = splitAddress(path, headers.host);
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : `${method} /`;
  return key === '' ? bucketOperation(method, query) : objectOperation(method, query, headers);
}

function bucketOperation(method: string, query: URLSearchParams): string {
  switch (method) {
    case 'PUT':
      return 'CreateBucket';
    case 'HEAD':
      return 'HeadBucket';
    case 'DELETE':
      return 'DeleteBucket';
    case 'POST':
      return query.has('delete') ? 'DeleteObjects' : 'PostObject';
    default:
      if (query.has('location')) return 'GetBucketLocation';
      if (query.has('uploads')) return 'ListMultipartUploads';
      if (query.has('versioning')) return 'GetBucketVersioning';
      return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
  }
}

function objectOperation(method: string, query: URLSearchParams, headers: IncomingHttpHeaders): string {
  if (query.has('tagging')) {
    if (method === 'PUT') return 'PutObjectTagging';
    return method === 'DELETE' ? 'DeleteObjectTagging' : 'GetObjectTagging';
  }
  const copies = headers['x-amz-copy-source'] !== undefined;
  switch (method) {
    case 'PUT':
      if (query.has('partNumber')) return copies ? 'UploadPartCopy' : 'UploadPart';
      return copies ? 'CopyObject' : 'PutObject';
    case 'POST':
      return query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
    case 'DELETE':
      return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'HEAD':
      return 'HeadObject';
    default:
      return query.has('uploadId') ? 'ListParts' : 'GetObject';
  }
}
