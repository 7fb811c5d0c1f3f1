import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
};

/** HTML is not compressed: it is small, and a proxy may insert into its head. */
const COMPRESSED = new Set(['.js', '.mjs', '.css', '.json', '.map', '.svg']);
const WORTH_COMPRESSING = 4 * 1024;
const compress = promisify(gzip);

export interface StaticFile {
  body: Buffer;
  /** Its compressed forms by the name of the content coding, the smallest first. */
  compressed: Readonly<Record<string, Buffer>>;
  contentType: string;
  etag: string;
  /** True when the name contains a hash of the content, so that the file never changes. */
  immutable: boolean;
}

/**
 * Reads the files below a folder by their path, such as `docs/index.html`. The folder is listed once and only listed files are read,
 * so that no path can lead out of it. A missing folder has no files.
 */
export function staticFiles(root: string): (path: string) => Promise<StaticFile | undefined> {
  const names = new Set(
    existsSync(root)
      ? readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
      : [],
  );
  const loaded = new Map<string, Promise<StaticFile>>();

  return async (path) => {
    if (!names.has(path)) return undefined;
    const file = loaded.get(path) ?? load(root, path, names.has(`${path}.br`));
    loaded.set(path, file);
    return file;
  };
}

/** The build has made the Brotli form of large files, which takes too long for a request. */
async function load(root: string, path: string, hasBrotli: boolean): Promise<StaticFile> {
  const body = await readFile(join(root, path));
  const extension = extname(path).toLowerCase();
  const worth = COMPRESSED.has(extension) && body.length >= WORTH_COMPRESSING;
  return {
    body,
    compressed: {
      ...(hasBrotli && { br: await readFile(join(root, `${path}.br`)) }),
      ...(worth && { gzip: await compress(body) }),
    },
    contentType: TYPES[extension] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    immutable: /[.-][A-Z0-9]{8}\.\w+(\.map)?$/.test(path),
  };
}
