import { z } from 'zod';
import { ERRORS, type ErrorCode, PregonError } from '../core/errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457, with the code that programs decide by. `error` repeats the detail for clients that know no other member. */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'Names the kind of problem', example: 'urn:pregon:problem:InvalidCsv' }),
    title: z.string().meta({ description: 'The same for every problem of this kind' }),
    status: z.int().meta({ description: 'The HTTP status' }),
    detail: z.string().meta({ description: 'What happened here, and what to do' }),
    error: z.string().meta({ description: 'The detail again' }),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).meta({ description: 'Decide by this one' }),
  })
  .meta({
    id: 'Problem',
    description: 'An error as RFC 9457 has it. Further members depend on the problem, such as the line of a CSV.',
  });
export type Problem = z.infer<typeof problemSchema>;

/**
 * The answer to an error. What is no error of the catalogue, or one of ours, is told to the log alone: the caller gets the request's id.
 */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof PregonError && error.class !== 'internal')
    return problem(error.code, error.message, error.extra);
  return problem('Internal', `Something went wrong on our side. Report it with the request id ${requestId}.`, {
    requestId,
  });
}

const problem = (code: ErrorCode, detail: string, extra: Readonly<Record<string, unknown>>): Problem => ({
  // What an error adds never replaces what every problem has.
  ...extra,
  type: `urn:pregon:problem:${code}`,
  title: ERRORS[code].title,
  status: ERRORS[code].status,
  detail,
  error: detail,
  code,
});

/** A problem of a status, for the documentation; undefined where no error of the catalogue has that status. */
export function exampleProblem(status: number, detail: string): Problem | undefined {
  const code = (Object.keys(ERRORS) as ErrorCode[]).find((name) => ERRORS[name].status === status);
  return code && problem(code, detail, {});
}
