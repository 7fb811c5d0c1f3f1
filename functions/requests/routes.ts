import { parseNotificationRequest } from '../../api/requests.ts';
import { processRequest, type RequestDeps, viewRequest } from '../../core/requests/process.ts';
import { bodyText, type HttpRoutes, jsonAnswer } from '../common/http.ts';

/** Notification requests. */
export function requestRoutes(deps: RequestDeps): HttpRoutes {
  return {
    async 'POST /v1/requests'(event) {
      return jsonAnswer(201, { id: await deps.store.create(parseNotificationRequest(bodyText(event))) });
    },

    async 'POST /v1/requests/{id}/process'({ pathParameters: { id = '' } = {} }) {
      await processRequest(deps, id);
      return jsonAnswer(202, { id });
    },

    async 'GET /v1/requests/{id}'({ pathParameters: { id = '' } = {} }) {
      return jsonAnswer(200, await viewRequest(deps, id));
    },
  };
}
