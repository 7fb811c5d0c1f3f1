/**
 * The catalogue of the product's errors. Code that decides by an error decides by its class.
 *
 * - `input`: the caller's request is wrong; the message may be shown.
 * - `recipient`: this one email can never be delivered, because of its address or its content.
 * - `transient`: nothing was sent; trying again later may work.
 * - `throttled`: nothing was sent, because the rate was exceeded. It uses up neither an attempt nor a receive.
 * - `account`: the account cannot send any email now, because it is paused, suspended or at its daily quota.
 * - `unconfirmed`: the provider may have accepted the email. Only a person may decide to send it again.
 * - `internal`: an error of the product. Callers see a general message only.
 */
export type ErrorClass = 'input' | 'recipient' | 'transient' | 'throttled' | 'account' | 'unconfirmed' | 'internal';

interface CatalogueEntry {
  readonly class: ErrorClass;
  readonly retryable: boolean;
  /** The HTTP status when the error answers a request. */
  readonly status: number;
  /** The `title` of RFC 9457, which is the same for every occurrence. */
  readonly title: string;
}

const input = (status: number, title: string): CatalogueEntry => ({ class: 'input', retryable: false, status, title });
const recipient = (title: string): CatalogueEntry => ({ class: 'recipient', retryable: false, status: 422, title });
const transient = (title: string): CatalogueEntry => ({ class: 'transient', retryable: true, status: 503, title });
const account = (title: string): CatalogueEntry => ({ class: 'account', retryable: true, status: 503, title });

export const ERRORS = {
  // requests
  BadRequest: input(400, 'The request is not valid'),
  InvalidCsv: input(400, 'The CSV file is not valid'),
  NotFound: input(404, 'Not found'),
  MethodNotAllowed: input(405, 'Method not allowed'),
  Conflict: input(409, 'The request conflicts with the current state'),
  NothingToRedrive: input(409, 'There is nothing to redrive'),
  UnconfirmedUndecided: input(409, 'Only unconfirmed rows are left'),
  PreconditionFailed: input(412, 'It has changed since'),
  FileTooLarge: input(413, 'The file is too large'),
  UnsupportedMedia: input(415, 'The content type is not supported'),
  Unprocessable: input(422, 'The request cannot be processed'),
  // delivery
  InvalidRecipient: recipient('The recipient is not valid'),
  MessageRejected: recipient('The provider rejected the message'),
  NotRenderable: recipient('The message could not be rendered'),
  Suppressed: recipient('The recipient is on the suppression list'),
  Erased: recipient('What was stored about the recipient was erased'),
  Throttled: { class: 'throttled', retryable: true, status: 429, title: 'The rate was exceeded' },
  ProviderUnavailable: transient('The provider could not take the message'),
  NotDelivered: transient('The message was lost on its way to the worker'),
  SendingPaused: account('Sending is paused for this account'),
  AccountSuspended: account('The account is suspended'),
  DailyQuotaExceeded: account('The daily sending quota is used up'),
  CredentialsRefused: account('The provider refuses our credentials'),
  SenderNotVerified: account('The sender is not verified'),
  DeliveryUnconfirmed: {
    class: 'unconfirmed',
    retryable: false,
    status: 502,
    title: 'It is not known whether the provider accepted the message',
  },
  // ours
  CampaignIncomplete: {
    class: 'internal',
    retryable: true,
    status: 500,
    title: 'The campaign has rows left to redrive',
  },
  Unavailable: transient('A service is busy'),
  Internal: { class: 'internal', retryable: false, status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** An error of the catalogue. `detail` says what happened and what to do. It may be shown, unless the class is internal. */
export class PregonError extends Error {
  readonly code: ErrorCode;
  readonly class: ErrorClass;
  readonly retryable: boolean;
  readonly status: number;
  readonly title: string;
  /** Further members of the problem document, such as the line of a CSV. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, detail: string, extra: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(detail, options);
    const entry: CatalogueEntry = ERRORS[code];
    // Step Functions and Lambda report errors by their name.
    this.name = code;
    this.code = code;
    this.class = entry.class;
    this.retryable = entry.retryable;
    this.status = entry.status;
    this.title = entry.title;
    this.extra = extra;
  }
}

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const NOT_ANSWERED = new Set([
  'AbortError',
  'TimeoutError',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  // The process has no file descriptor left for a connection.
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  // https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html, the same for every service
  'RequestAbortedException',
  'RequestExpired',
  'RequestTimeoutException',
]);

/** Whether a call was throttled, failed on the side of the service, or was not answered: the same call may work in a moment. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof PregonError) return error.class === 'transient' || error.class === 'throttled';
  if (!(error instanceof Error)) return false;
  const { $metadata, code = '' } = error as { $metadata?: { httpStatusCode?: number }; code?: string };
  const status = $metadata?.httpStatusCode ?? 0;
  return (
    status === 429 ||
    status >= 500 ||
    // An error that the SDK's model of the service marks, also one that no list here names.
    '$retryable' in error ||
    [error.name, code].some((name) => THROTTLED.has(name) || NOT_ANSWERED.has(name) || name.includes('Throttl'))
  );
}

/** What a caller is told of a temporary error. It was repeated for seconds, so the caller should not come back at once. */
export const unavailable = (cause: unknown): PregonError =>
  new PregonError(
    'Unavailable',
    'A service that this request needs is busy or does not answer. Try again in a few seconds.',
    { retryAfter: 5 },
    { cause },
  );
