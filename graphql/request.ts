import { z } from 'zod';
import { PregonError } from '../core/errors.ts';

/** One GraphQL request over HTTP; null is what some clients send for nothing. */
const requestSchema = z.object({
  query: z.string().min(1),
  variables: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((variables) => variables ?? undefined),
  operationName: z
    .string()
    .nullish()
    .transform((name) => name || undefined),
});
export type GraphqlRequest = z.infer<typeof requestSchema>;

/** Reads the body of POST /graphql. Throws UnsupportedMedia or BadRequest. */
export function parseRequest(contentType: string | undefined, body: string): GraphqlRequest {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(contentType ?? '')) {
    throw new PregonError('UnsupportedMedia', 'Send Content-Type: application/json, with {"query": "..."} as the body');
  }
  const result = requestSchema.safeParse(parseJson(body));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new PregonError(
    'BadRequest',
    `The body must be {"query", "variables"?, "operationName"?}: ${problems.join('; ')}`,
  );
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new PregonError('BadRequest', 'The body is not valid JSON', {}, { cause: error });
  }
}
