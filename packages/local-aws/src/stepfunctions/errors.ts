/** An error that the API answers with: AWS's name for it and AWS's text. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
  }
}

export const validationError = (message: string) => new ApiError('ValidationException', message);

/** Why a state failed: what Retry and Catch match, and what the execution ends with. */
export interface Failure {
  readonly error?: string;
  readonly cause?: string;
  /** Further names under which Retry and Catch find it: a missed heartbeat is also States.HeartbeatTimeout. */
  readonly alias?: string;
  /** States.ALL and States.TaskFailed do not match it; its own name does. */
  readonly notByAll?: boolean;
}

/** A field of a state that cannot be evaluated; the interpreter records it as EvaluationFailed. */
export class EvaluationError extends Error {
  readonly location: string | undefined;
  /** Whether its event links to the state's entry; one of an expression links to the event before it. */
  readonly afterEntry: boolean;

  constructor(message: string, location?: string, afterEntry = false) {
    super(message);
    this.name = 'EvaluationError';
    this.location = location;
    this.afterEntry = afterEntry;
  }
}

/** An execution may have 25,000 events: the last one is its end. */
export class HistoryFull extends Error {}

/** A state failed with an error that its own work raised. */
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
