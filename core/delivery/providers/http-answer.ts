import { PregonError } from '../../errors.ts';
import { type HttpAnswer, type HttpCall, HttpCallFailed, httpCall } from '../http-call.ts';

const SHOWN = 300;

/** The provider accepts nothing from this account: a wrong key, an unpaid bill, or a domain or path that is not ours. */
const ACCOUNT = new Set([401, 402, 404]);
/** The message is fine and may be accepted later. */
const LATER = new Set([408, 425]);

/**
 * Calls a provider's API. Resolves to a 2xx answer and throws a PregonError for everything else. A request that was sent and got no
 * answer is DeliveryUnconfirmed.
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

/** The start of an answer's body on one line, for operators. The body may be of any kind. */
export const shown = (body: string): string =>
  body
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, SHOWN);

/** What a log may contain about a provider's refusal. Its full answer is only in the ledger, because it may contain anything. */
export const loggable = ({ code, extra: { status } }: PregonError) => ({ code, status });

/** The text of a member of a JSON object; 'unknown' when there is none, because the status alone says that a message was accepted. */
export function textIn(body: string, member: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    const value = Object(parsed)[member];
    return typeof value === 'string' && value !== '' ? value : 'unknown';
  } catch {
    return 'unknown';
  }
}

function retryAfter({ headers }: HttpAnswer): { retryAfterMs?: number } {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {};
}
