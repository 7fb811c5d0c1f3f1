import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { parseEmailRequest } from '../../api/email-schema.ts';
import { type AcceptDeps, acceptEmail } from '../../core/email/accept.ts';
import { checkSender } from '../../core/email/senders.ts';
import { viewEmails } from '../../core/email/view.ts';
import { PregonError } from '../../core/errors.ts';
import { type Idempotency, idempotencyKey } from '../../core/idempotency/idempotency.ts';
import { bodyText, jsonAnswer } from '../common/http.ts';

export type EmailsDeps = AcceptDeps & { idempotency: Idempotency };

type Request = Pick<APIGatewayProxyEventV2, 'routeKey' | 'headers' | 'pathParameters' | 'body' | 'isBase64Encoded'>;
type Answer = APIGatewayProxyStructuredResultV2;

/** `POST /emails/send` and `GET /emails/{id}`. */
export function createEmails(deps: EmailsDeps): (request: Request) => Promise<Answer> {
  return async (request) => {
    switch (request.routeKey) {
      case 'POST /emails/send':
        return send(deps, request);
      case 'GET /emails/{id}': {
        const emails = await viewEmails(deps.store, request.pathParameters?.id ?? '');
        return jsonAnswer(200, { status: 'success', data: { emails } });
      }
      default:
        throw new PregonError('NotFound', `There is no ${request.routeKey}.`);
    }
  };
}

async function send(deps: EmailsDeps, request: Request): Promise<Answer> {
  // Before the key is looked at: a bad request is answered the same each time, and corrected it may use the key.
  const email = parseEmailRequest(bodyText(request));
  checkSender(deps.allowed, email.from.email);
  const accept = async (batchId?: string) => {
    const accepted = await acceptEmail(deps, email, batchId === undefined ? {} : { batchId });
    return { status: 202, body: { status: 'success', data: { batchID: accepted.batchId } } };
  };
  // API Gateway gives header names in lower case.
  const header = request.headers['idempotency-key'];
  if (header === undefined) {
    const { status, body } = await accept();
    return jsonAnswer(status, body);
  }
  const key = idempotencyKey(header);
  const { answer, replayed } = await deps.idempotency.once({ scope: 'emails', key, request: email }, accept);
  const answered = jsonAnswer(answer.status, answer.body);
  return replayed ? { ...answered, headers: { ...answered.headers, 'idempotency-replay': 'true' } } : answered;
}
