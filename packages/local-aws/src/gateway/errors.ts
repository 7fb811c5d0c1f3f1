/** An error that a service answers with, in AWS's own name and words. */
export class AwsError extends Error {
  /** AWS's name for it, such as ResourceNotFoundException. */
  readonly code: string;
  readonly status: number;
  /** Further headers of the answer, such as SQS's x-amzn-query-error. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, status = 400, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

/** Thrown where the client is to see its connection break, with no answer at all. */
export class ConnectionDropped extends Error {
  override readonly name = 'ConnectionDropped';
}
