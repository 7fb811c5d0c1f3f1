/** An error response of the API, with AWS's code and message. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
  }
}

export const validationError = (message: string) => new ApiError('ValidationException', message);

/** Why a state failed. Retry and Catch match it; unhandled, it fails the execution. */
export interface Failure {
  readonly error?: string;
  readonly cause?: string;
  /** A second name that Retry and Catch match: a missed heartbeat is also States.HeartbeatTimeout. */
  readonly alias?: string;
  /** Only its own name matches it, not States.ALL and States.TaskFailed. */
  readonly notByAll?: boolean;
}

/** A field of a state cannot be evaluated. The interpreter records it as EvaluationFailed. */
export class EvaluationError extends Error {
  readonly location: string | undefined;
  /** Whether its event links to the state's entry. The event of an expression links to the event before the entry. */
  readonly afterEntry: boolean;

  constructor(message: string, location?: string, afterEntry = false) {
    super(message);
    this.name = 'EvaluationError';
    this.location = location;
    this.afterEntry = afterEntry;
  }
}

/** The history has the maximum of 25,000 events; the last one is reserved for the end. */
export class HistoryFull extends Error {}

/** The work of a state failed. */
export class StateFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.cause ?? failure.error ?? 'failed');
    this.name = 'StateFailed';
    this.failure = failure;
  }
}

export const dataLimitExceeded = (name: string): Failure => ({
  error: 'States.DataLimitExceeded',
  cause: `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  notByAll: true,
});
