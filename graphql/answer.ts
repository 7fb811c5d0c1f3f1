import type { FormattedExecutionResult } from 'graphql';
import { PregonError } from '../core/errors.ts';
import type { GraphqlContext } from './context.ts';
import { type ExecuteOptions, executeRequest } from './execute.ts';
import { type GraphqlRequest, parseRequest } from './request.ts';

/** The parts of an HTTP request that GraphQL over HTTP knows. */
export interface HttpRequest {
  contentType: string | undefined;
  accept: string | undefined;
  body: string;
}

export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

const GRAPHQL_MEDIA_TYPE = 'application/graphql-response+json';

/**
 * Answers POST /graphql as the GraphQL over HTTP specification has it: a request that is no GraphQL request is 4xx; one
 * whose document is refused is 400 for clients that ask for `application/graphql-response+json`, and 200 for all others.
 */
export async function answer(
  request: HttpRequest,
  context: GraphqlContext,
  options: ExecuteOptions,
): Promise<HttpAnswer> {
  const mediaType = request.accept?.includes(GRAPHQL_MEDIA_TYPE) ? GRAPHQL_MEDIA_TYPE : 'application/json';
  const respond = (statusCode: number, result: FormattedExecutionResult): HttpAnswer => ({
    statusCode,
    headers: { 'content-type': `${mediaType}; charset=utf-8`, 'cache-control': 'no-store' },
    body: JSON.stringify(result),
  });

  let graphqlRequest: GraphqlRequest;
  try {
    graphqlRequest = parseRequest(request.contentType, request.body);
  } catch (error) {
    if (!(error instanceof PregonError)) throw error;
    return respond(error.status, { errors: [{ message: error.message, extensions: { code: error.code } }] });
  }
  const { executed, result } = await executeRequest(graphqlRequest, context, options);
  return respond(executed || mediaType !== GRAPHQL_MEDIA_TYPE ? 200 : 400, result);
}
