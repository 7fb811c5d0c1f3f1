import { createHash } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';
/** The secret key of every session of a role. Only the signatures of presigned addresses are verified. */
export const LOCAL_SECRET_KEY = 'local';

/**
 * The access key id of a session of a role. It depends on their names only, so the gateway identifies callers without a table of
 * sessions.
 */
export function accessKeyFor(roleArn: string, sessionName = ''): string {
  const digest = createHash('sha256').update(`${roleArn}${sessionName}`).digest();
  let key = 'LKIA';
  // 16 characters of 5 bits are the first 10 bytes.
  for (let bit = 0; bit < 80; bit += 5) {
    const pair = ((digest[bit >> 3] ?? 0) << 8) | (digest[(bit >> 3) + 1] ?? 0);
    key += BASE32.charAt((pair >> (11 - (bit & 7))) & 31);
  }
  return key;
}
