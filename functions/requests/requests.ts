import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { parseNotificationRequest } from '../../api/request-schema.ts';
import { PregonError } from '../../core/errors.ts';
import { processRequest, type RequestDeps, viewRequest } from '../../core/requests/process.ts';
import { bodyText, jsonAnswer } from '../common/http.ts';

type Request = Pick<APIGatewayProxyEventV2, 'routeKey' | 'pathParameters' | 'body' | 'isBase64Encoded'>;
type Answer = APIGatewayProxyStructuredResultV2;

/** `POST /v1/requests`, `POST /v1/requests/{id}/process` and `GET /v1/requests/{id}`. */
export function createRequests(deps: RequestDeps): (request: Request) => Promise<Answer> {
  return async (request) => {
    const id = request.pathParameters?.id ?? '';
    switch (request.routeKey) {
      case 'POST /v1/requests':
        return jsonAnswer(201, { id: await deps.store.create(parseNotificationRequest(bodyText(request))) });
      case 'POST /v1/requests/{id}/process':
        await processRequest(deps, id);
        return jsonAnswer(202, { id });
      case 'GET /v1/requests/{id}':
        return jsonAnswer(200, await viewRequest(deps, id));
      default:
        throw new PregonError('NotFound', `There is no ${request.routeKey}.`);
    }
  };
}
