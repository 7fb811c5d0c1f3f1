/** An error response of a service, with AWS's code and message. */
export class AwsError extends Error {
  /** AWS's error code, such as ResourceNotFoundException; with a namespace if it is not that of the service. */
  readonly code: string;
  readonly status: number;
  /** Further response headers, such as x-amzn-query-error of SQS. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, status = 400, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

/** Makes the gateway close the connection without a response. */
export class ConnectionDropped extends Error {
  override readonly name = 'ConnectionDropped';
}
