export type Request = Record<string, unknown>;

/** The response to an operation: JSON text, and the capacity that it consumed. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly units?: { readonly read: number; readonly write: number };
}

export const failure = (__type: string, message: string): Answer => ({
  status: 400,
  body: JSON.stringify({ __type, message }),
});
