import { type ErrorCode, PregonError } from '../../errors.ts';

/** What is known about a failed call besides its error. */
export interface CallFacts {
  /** The request was sent, so without an answer SES may have accepted the email. */
  left: boolean;
  sender: string;
}

/** Errors of connecting, after which no byte of the request was sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EMFILE',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** SES names the error in each of these answers. https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html */
const BY_NAME: Readonly<Record<string, ErrorCode>> = {
  MessageRejected: 'MessageRejected',
  BadRequestException: 'InvalidRecipient',
  SendingPausedException: 'SendingPaused',
  AccountSuspendedException: 'AccountSuspended',
  MailFromDomainNotVerifiedException: 'SenderNotVerified',
  NotFoundException: 'SenderNotVerified',
  AccessDeniedException: 'CredentialsRefused',
  UnrecognizedClientException: 'CredentialsRefused',
  InvalidClientTokenId: 'CredentialsRefused',
  InvalidSignatureException: 'CredentialsRefused',
  ExpiredTokenException: 'CredentialsRefused',
  OptInRequired: 'CredentialsRefused',
  NotAuthorized: 'CredentialsRefused',
  IncompleteSignature: 'CredentialsRefused',
  RequestAbortedException: 'ProviderUnavailable',
  RequestExpired: 'ProviderUnavailable',
  RequestTimeoutException: 'ProviderUnavailable',
};

/** The error of the catalogue for a failed SendEmail. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
export function classifySesError(error: unknown, facts: CallFacts): PregonError {
  const { name, message, status, code } = partsOf(error);
  const fail = (as: ErrorCode, detail = `SES: ${name}: ${message}`) =>
    new PregonError(as, detail, {}, { cause: error });

  if (status === undefined) {
    const connected = facts.left && !NOT_CONNECTED.has(code) && !/without establishing a connection/.test(message);
    return connected
      ? fail('DeliveryUnconfirmed', `SES did not answer (${message}), so it may have accepted the email.`)
      : fail('ProviderUnavailable', `SES could not be reached: ${message}`);
  }
  if (name === 'TooManyRequestsException' || name === 'LimitExceededException' || /^Throttl/.test(name)) {
    // An exceeded daily quota is the same kind of error. As a throttle it would be retried for ever.
    return fail(/daily|24.hour|quota/i.test(message) ? 'DailyQuotaExceeded' : 'Throttled');
  }
  if (name === 'MessageRejected' && /not verified/i.test(message) && message.includes(facts.sender)) {
    return fail('SenderNotVerified');
  }
  const known = BY_NAME[name];
  if (known) return fail(known);
  if (status >= 500) {
    // A 5xx of SES itself names its error. One without a name may come from a proxy in between.
    return name === 'UnknownError' || name === 'Error' || name === 'SyntaxError'
      ? fail('DeliveryUnconfirmed', `${status} without an error of SES, which may have accepted the email.`)
      : fail('ProviderUnavailable');
  }
  return status === 429 ? fail('Throttled') : fail('MessageRejected');
}

interface FailedCall {
  name?: unknown;
  message?: unknown;
  /** The error code of the connection, such as ECONNREFUSED. */
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
  $response?: { statusCode?: number };
}

function partsOf(error: unknown): { name: string; message: string; code: string; status: number | undefined } {
  if (typeof error !== 'object' || error === null) {
    return { name: 'Error', message: String(error), code: '', status: undefined };
  }
  const { name, message, code, $metadata, $response }: FailedCall = error;
  return {
    name: typeof name === 'string' ? name : 'Error',
    // A host with several addresses fails with one error for each, and has no message itself.
    message: typeof message === 'string' && message !== '' ? message : String(code ?? name),
    code: typeof code === 'string' ? code : '',
    status: $metadata?.httpStatusCode ?? $response?.statusCode,
  };
}
