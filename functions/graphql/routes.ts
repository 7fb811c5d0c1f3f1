import type { FormattedExecutionResult } from 'graphql';
import { z } from 'zod';
import { optional, parseJsonBody } from '../../api/parse.ts';
import { PregonError } from '../../core/errors.ts';
import { contextOf, type GraphqlDeps } from '../../graphql/context.ts';
import { executeRequest, type GraphqlRequest } from '../../graphql/execute.ts';
import { createSchema } from '../../graphql/schema.ts';
import { bodyText, callerOf, type HttpEvent, type HttpRoutes, jsonAnswer } from '../common/http.ts';
import { logger } from '../common/telemetry.ts';

const GRAPHQL_MEDIA_TYPE = 'application/graphql-response+json';

const requestSchema = z.object({
  query: z.string().min(1),
  variables: optional(z.record(z.string(), z.unknown())),
  operationName: optional(z.string()).transform((name) => name || undefined),
});

/**
 * GraphQL over HTTP: a body that is not a GraphQL request is answered with 4xx. A document that is refused is answered with 400 to
 * clients that accept `application/graphql-response+json`, and with 200 to others.
 * https://graphql.github.io/graphql-over-http/draft/
 */
export function graphqlRoutes(deps: GraphqlDeps, { introspection }: { introspection: boolean }): HttpRoutes {
  const schema = createSchema();
  const report = (error: Error) => logger.error('A GraphQL resolver failed', { error });

  return {
    async 'POST /graphql'(event, { awsRequestId: requestId }) {
      const mediaType = event.headers.accept?.includes(GRAPHQL_MEDIA_TYPE) ? GRAPHQL_MEDIA_TYPE : 'application/json';
      const answer = (status: number, result: FormattedExecutionResult) =>
        jsonAnswer(status, result, { 'content-type': `${mediaType}; charset=utf-8` });

      let request: GraphqlRequest;
      try {
        request = parseRequest(event);
      } catch (error) {
        if (!(error instanceof PregonError)) throw error;
        return answer(error.status, { errors: [{ message: error.message, extensions: { code: error.code } }] });
      }
      const options = { schema, introspection, requestId, report };
      const { executed, result } = await executeRequest(request, contextOf(deps, callerOf(event)), options);
      return answer(executed || mediaType !== GRAPHQL_MEDIA_TYPE ? 200 : 400, result);
    },
  };
}

/** Throws UnsupportedMedia or BadRequest. */
function parseRequest(event: HttpEvent): GraphqlRequest {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(event.headers['content-type'] ?? '')) {
    throw new PregonError(
      'UnsupportedMedia',
      'Send Content-Type: application/json, with {"query": "..."} as the body.',
    );
  }
  return parseJsonBody(requestSchema, bodyText(event));
}
