import { PregonError } from '../../errors.ts';
import { type HttpAnswer, type HttpCall, HttpCallFailed, httpCall } from '../http-call.ts';

const SHOWN = 300;

/** The provider takes nothing from this account: wrong key, unpaid, or a domain or path that is not ours. */
const ACCOUNT = new Set([401, 402, 404]);
/** Nothing is wrong with the message: it may be taken later. */
const LATER = new Set([408, 425]);

/**
 * Calls a provider's email API. Answers a 2xx; throws a PregonError for anything else, by what is certain: no answer to a
 * request that had left is DeliveryUnconfirmed.
 */
export async function callEmailApi(provider: string, call: HttpCall): Promise<HttpAnswer> {
  let answer: HttpAnswer;
  try {
    answer = await httpCall(call);
  } catch (error) {
    if (!(error instanceof HttpCallFailed)) throw error;
    const code = error.sent ? 'DeliveryUnconfirmed' : 'ProviderUnavailable';
    throw new PregonError(code, `${provider}: ${error.message}`, {}, { cause: error });
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const detail = `${provider}: ${status} ${shown(answer.body)}`.trim();
  if (status === 429) throw new PregonError('Throttled', detail, { status, ...retryAfter(answer) });
  if (ACCOUNT.has(status)) throw new PregonError('CredentialsRefused', detail, { status });
  if (status >= 400 && status < 500 && !LATER.has(status)) throw new PregonError('MessageRejected', detail, { status });
  throw new PregonError('ProviderUnavailable', detail, { status });
}

/** The start of an answer's body on one line: it is shown to operators and may be of any kind. */
export const shown = (body: string): string =>
  body
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, SHOWN);

/** What a log may show of a provider's refusal: its own words are in the ledger, and may be of any kind. */
export const loggable = ({ code, extra: { status } }: PregonError) => ({ code, status });

function retryAfter({ headers }: HttpAnswer): { retryAfterMs?: number } {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {};
}
