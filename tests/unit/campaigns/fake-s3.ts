import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { S3Client } from '@aws-sdk/client-s3';

interface Answer {
  status: number;
  body?: string | Buffer;
  etag?: string;
  breaks?: boolean;
}

/** Keys of a page of a list. */
const PAGE = 2;

const etagOf = (object: Buffer) => `"${createHash('md5').update(object).digest('hex')}"`;

/**
 * The calls of S3 that uploads make, in memory. `refuse` answers 500 to the calls that it says yes to. A GET whose key `breaks` says yes to
 * is cut off in its middle.
 */
export async function openFakeS3() {
  const objects = new Map<string, Buffer>();
  const parts = new Map<string, Map<number, Buffer>>();
  let isVersioned = false;
  let oldVersions: { key: string; id: string }[] = [];
  let refuse: (method: string, key: string) => boolean = () => false;
  let breaks: (key: string) => boolean = () => false;

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const key = decodeURIComponent(url.pathname).replace(/^\/[^/]+\/?/, '');
    const uploadId = url.searchParams.get('uploadId') ?? '';
    const body = await buffer(request);
    if (refuse(request.method ?? '', key)) return { status: 500, body: '<Error><Code>InternalError</Code></Error>' };
    if (request.method === 'POST' && url.searchParams.has('uploads')) {
      parts.set(key, new Map());
      return { status: 200, body: `<R><Bucket>b</Bucket><Key>${key}</Key><UploadId>${key}</UploadId></R>` };
    }
    if (request.method === 'PUT' && uploadId) {
      parts.get(uploadId)?.set(Number(url.searchParams.get('partNumber')), body);
      return { status: 200, etag: '"part"' };
    }
    const unchanged = request.headers['if-match'];
    const before = objects.get(key);
    if (request.method !== 'GET' && unchanged !== undefined && (!before || unchanged !== etagOf(before))) {
      return { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' };
    }
    if (request.method === 'POST') {
      const numbered = [...(parts.get(uploadId) ?? [])].sort(([a], [b]) => a - b);
      objects.set(key, Buffer.concat(numbered.map(([, part]) => part)));
      parts.delete(uploadId);
      return { status: 200, body: `<R><Bucket>b</Bucket><Key>${key}</Key><ETag>"whole"</ETag></R>` };
    }
    if (request.method === 'DELETE') {
      const versionId = url.searchParams.get('versionId');
      if (uploadId) parts.delete(uploadId);
      else if (versionId === null) objects.delete(key);
      else oldVersions = oldVersions.filter((version) => version.key !== key || version.id !== versionId);
      return { status: 204 };
    }
    if (request.method === 'GET' && key === '') return { status: 200, body: bucketXml(url.searchParams) };
    if (request.method === 'GET' || request.method === 'HEAD') {
      const object = objects.get(key);
      if (!object) return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
      const wanted = request.headers['if-match'];
      if (wanted !== undefined && wanted !== etagOf(object)) {
        return { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' };
      }
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      return {
        status: 200,
        body: object.subarray(from),
        etag: etagOf(object),
        breaks: request.method === 'GET' && breaks(key),
      };
    }
    const source = request.headers['x-amz-copy-source'];
    if (typeof source === 'string') {
      const copied = objects.get(source.replace(/^[^/]+\//, ''));
      if (!copied) return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
      objects.set(key, copied);
      return { status: 200, body: '<CopyObjectResult><ETag>"copy"</ETag></CopyObjectResult>' };
    }
    objects.set(key, body);
    return { status: 200, etag: etagOf(body) };
  }

  /** What a GET of the bucket answers: a page of its keys, its versioning, or its versions. */
  function bucketXml(query: URLSearchParams): string {
    if (query.has('versioning')) {
      return `<VersioningConfiguration>${isVersioned ? '<Status>Enabled</Status>' : ''}</VersioningConfiguration>`;
    }
    const prefix = query.get('prefix') ?? '';
    if (query.has('versions')) {
      const versions = oldVersions.filter(({ key }) => key.startsWith(prefix));
      const xml = versions.map(
        ({ key, id }) => `<Version><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>false</IsLatest></Version>`,
      );
      const latest = [...objects.keys()].filter((key) => key.startsWith(prefix));
      return `<R>${xml.join('')}${latest.map((key) => `<Version><Key>${key}</Key><VersionId>now</VersionId><IsLatest>true</IsLatest></Version>`).join('')}</R>`;
    }
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const from = Number(query.get('continuation-token') ?? 0);
    const page = keys.slice(from, from + PAGE);
    const next = from + PAGE < keys.length ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : '';
    return `<R>${page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}${next}</R>`;
  }

  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    answer(request).then(
      ({ status, body = '', etag, breaks: cut }) => {
        const headers = { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) };
        response.writeHead(status, { ...headers, ...(etag ? { etag } : {}) });
        if (cut) response.write(body.slice(0, Buffer.byteLength(body) / 2), () => response.destroy());
        else response.end(body);
      },
      // A client that aborts its upload breaks the request off.
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake S3 listens on no port');
  const endpoint = `http://127.0.0.1:${address.port}`;

  return {
    endpoint,
    objects,
    refuse: (when: typeof refuse) => {
      refuse = when;
    },
    breaks: (when: typeof breaks) => {
      breaks = when;
    },
    /** The bucket has versions, these among them. */
    keepVersions: (versions: typeof oldVersions) => {
      isVersioned = true;
      oldVersions = versions;
    },
    oldVersions: () => oldVersions,
    client: new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
