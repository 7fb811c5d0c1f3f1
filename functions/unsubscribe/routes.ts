import type { UnsubscribeKeys } from '../../core/consent/unsubscribe-keys.ts';
import { keyIdOf, readUnsubscribeToken, type Unsubscription } from '../../core/consent/unsubscribe-token.ts';
import type { HttpEvent, HttpRoutes } from '../common/http.ts';
import { unsubscribePage } from './page.ts';

export interface UnsubscribeDeps {
  /** `forget` makes the next `get` read them again. */
  keys: { get(): Promise<UnsubscribeKeys>; forget(): void };
  unsubscribe(who: Unsubscription): Promise<void>;
}

/**
 * The links of unsubscribing, without a key. Mail scanners open every link of an email, so a GET only asks. A mail client sends the POST of
 * RFC 8058, and so does the page.
 */
export function unsubscribeRoutes({ keys, unsubscribe }: UnsubscribeDeps): HttpRoutes {
  async function read({ pathParameters = {} }: HttpEvent): Promise<Unsubscription | undefined> {
    const { token = '' } = pathParameters;
    const keyId = keyIdOf(token);
    if (keyId === undefined) return undefined;
    let current = await keys.get();
    if (!current.keys.has(keyId)) {
      // It may be a new one.
      keys.forget();
      current = await keys.get();
    }
    return readUnsubscribeToken(current, token);
  }

  async function ask(event: HttpEvent) {
    const who = await read(event);
    const language = event.headers['accept-language'];
    return who
      ? unsubscribePage({ state: 'ask', address: who.email }, language)
      : unsubscribePage({ state: 'invalid' }, language);
  }

  return {
    'GET /unsubscribe/{token}': ask,
    'HEAD /unsubscribe/{token}': ask,

    async 'POST /unsubscribe/{token}'(event) {
      const who = await read(event);
      const language = event.headers['accept-language'];
      // The answer to a mail client is the same for every token, as it can do nothing about a wrong one.
      if (!who) return unsubscribePage({ state: 'invalid' }, language);
      await unsubscribe(who);
      return unsubscribePage({ state: 'done', address: who.email }, language);
    },
  };
}
