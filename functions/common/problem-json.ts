import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { PROBLEM_TYPE, problemOf } from '../../api/problem.ts';
import { logger } from './logger.ts';

/** Answers every error of an HTTP function as a problem document. Errors of ours are logged whole and masked outside. */
export function problemJson(): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    onError(request) {
      const requestId = request.context.awsRequestId;
      const problem = problemOf(request.error, requestId);
      if (problem.status >= 500) logger.error('The request failed', { requestId, error: request.error });
      request.response = {
        statusCode: problem.status,
        headers: {
          'content-type': PROBLEM_TYPE,
          'cache-control': 'no-store',
          ...(typeof problem.retryAfter === 'number' ? { 'retry-after': String(problem.retryAfter) } : {}),
        },
        body: JSON.stringify(problem),
      };
    },
  };
}
