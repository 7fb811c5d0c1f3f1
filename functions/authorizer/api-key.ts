import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';

/** A rotated key is known everywhere after this time at most. */
const CACHE_MS = 5 * 60 * 1000;

/** Checks bearer keys against one that is read from elsewhere, and kept for five minutes. */
export function createApiKeyCheck({ readKey, clock }: { readKey: () => Promise<string>; clock: Clock }) {
  let cached: { key: Promise<string>; until: number } | undefined;

  function currentKey(): Promise<string> {
    if (cached && clock.now() < cached.until) return cached.key;
    const key = readKey();
    const reading = { key, until: clock.now() + CACHE_MS };
    cached = reading;
    // The next request asks again.
    key.catch(() => {
      if (cached === reading) cached = undefined;
    });
    return key;
  }

  return async function isAllowed(authorization: string | undefined): Promise<boolean> {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && sameText(given, await currentKey());
  };
}

/** Takes the same time wherever two texts differ, and however long they are. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
