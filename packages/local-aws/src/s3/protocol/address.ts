export interface Address {
  /** Empty if the address is that of the service. */
  readonly bucket: string;
  /** Decoded; empty if the address is that of a bucket. */
  readonly key: string;
}

/** `bucket.localhost`, `bucket.s3.localhost`, `bucket.s3.us-east-1.amazonaws.com`. The name of a bucket may contain dots. */
const VIRTUAL_HOST = /^([a-z0-9][a-z0-9.-]+?)\.(?:s3[.-][a-z0-9.-]*amazonaws\.com|(?:s3\.)?localhost)(?::\d+)?$/;

/** Splits a path-style or virtual-host address into bucket and key. */
export function splitAddress(path: string, host: string | undefined): Address {
  const virtual = host === undefined ? null : VIRTUAL_HOST.exec(host);
  if (virtual?.[1] && virtual[1] !== 's3') return { bucket: virtual[1], key: decodeKey(path.slice(1)) };
  const slash = path.indexOf('/', 1);
  if (slash === -1) return { bucket: decodeKey(path.slice(1)), key: '' };
  return { bucket: decodeKey(path.slice(1, slash)), key: decodeKey(path.slice(slash + 1)) };
}

function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // Some clients do not encode a percent sign in a key.
    return encoded;
  }
}
