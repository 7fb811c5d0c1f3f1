import { z } from 'zod';
import { ERRORS, type ErrorCode, isTemporary, PregonError, unavailable } from '../core/errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** An RFC 9457 document with a code for programs. `error` repeats the detail for the clients of `/orders`, which read only that. */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'Names the kind of problem', example: 'urn:pregon:problem:InvalidCsv' }),
    title: z.string().meta({ description: 'The same for every problem of this kind' }),
    status: z.int().meta({ description: 'The HTTP status' }),
    detail: z.string().meta({ description: 'What happened, and what to do' }),
    error: z.string().meta({ description: 'The same as detail' }),
    code: z
      .enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
      .meta({ description: 'For programs: decide by this member' }),
  })
  .meta({
    id: 'Problem',
    description: 'An error as in RFC 9457. Further members depend on the problem, such as the line of a CSV.',
  });
export type Problem = z.infer<typeof problemSchema>;

/** The answer to an error. Unknown and internal errors are masked: the caller gets the id of the request, by which the log is searched. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof PregonError && error.class !== 'internal')
    return problem(error.code, error.message, error.extra);
  if (isTemporary(error)) return problemOf(unavailable(error), requestId);
  return problem('Internal', `Something went wrong on our side. Report it with the request id ${requestId}.`, {
    requestId,
  });
}

/** An error may quote a body of megabytes, and a function may answer 6 MB. */
const MAX_DETAIL = 5_000;

const problem = (code: ErrorCode, text: string, extra: Readonly<Record<string, unknown>>): Problem => {
  const detail = text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL).toWellFormed()}…` : text;
  return {
    // First, so that it cannot replace the members that every problem has.
    ...extra,
    type: `urn:pregon:problem:${code}`,
    title: ERRORS[code].title,
    status: ERRORS[code].status,
    detail,
    error: detail,
    code,
  };
};

/** A problem as it is answered, for the documentation. */
export const exampleOf = (code: ErrorCode, detail: string, extra: Readonly<Record<string, unknown>> = {}): Problem =>
  problem(code, detail, extra);

/** A problem with this status, for the documentation; undefined when no error of the catalogue has it. */
export function exampleProblem(status: number, detail: string): Problem | undefined {
  const code = (Object.keys(ERRORS) as ErrorCode[]).find((name) => ERRORS[name].status === status);
  return code && problem(code, detail, {});
}
