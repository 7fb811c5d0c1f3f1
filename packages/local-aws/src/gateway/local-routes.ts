/** A request to one of the endpoint's own addresses, `/_local/…`. */
export interface LocalRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

export interface LocalAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Answers one address under `/_local/`; addresses are added as the parts that answer them start. */
export type LocalRoute = (request: LocalRequest) => LocalAnswer | Promise<LocalAnswer>;
export type LocalRoutes = Map<string, LocalRoute>;

export const problem = (status: number, detail: string): LocalAnswer => ({ status, body: { status, detail } });
