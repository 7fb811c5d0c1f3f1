/** A request to a route of the endpoint itself, `/_local/…`. */
export interface LocalRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

export interface LocalAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Handles one path under `/_local/`. */
export type LocalRoute = (request: LocalRequest) => LocalAnswer | Promise<LocalAnswer>;
export type LocalRoutes = Map<string, LocalRoute>;

export const problem = (status: number, detail: string): LocalAnswer => ({ status, body: { status, detail } });
