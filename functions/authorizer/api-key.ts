import { createHash, timingSafeEqual } from 'node:crypto';

/** Checks the bearer key of an Authorization header against the API key. */
export function createApiKeyCheck(currentKey: () => Promise<string>) {
  return async function isAllowed(authorization: string | undefined): Promise<boolean> {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && sameText(given, await currentKey());
  };
}

/** Compares two texts in a time that does not depend on where they differ, nor on their lengths. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
