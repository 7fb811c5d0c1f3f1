import { createHash } from 'node:crypto';

const NAME = 'local';
const SCOPES = ['send', 'read', 'operate'];

/**
 * Makes the value of the secret with the API keys: the stored keys, and the key of the local stack with every scope. The keys that an
 * operator has added stay. The format is that of `core/api-keys/api-keys.ts`.
 */
export function withLocalKey(apiKey: string, createdAt: string): (stored: string | undefined) => string {
  const sha256 = createHash('sha256').update(apiKey).digest('hex');
  return (stored) => {
    const { keys }: { keys: { name: string; sha256: string }[] } =
      stored === undefined ? { keys: [] } : JSON.parse(stored);
    if (stored !== undefined && keys.some((key) => key.name === NAME && key.sha256 === sha256)) return stored;
    const others = keys.filter(({ name }) => name !== NAME);
    return JSON.stringify({ keys: [{ name: NAME, sha256, scopes: SCOPES, createdAt }, ...others] });
  };
}
