import { parseEmailRequest, viewEmails } from '../../api/emails.ts';
import { type AcceptDeps, acceptEmail } from '../../core/email/accept.ts';
import { type AllowedSenders, checkSender } from '../../core/email/senders.ts';
import type { EmailStore } from '../../core/email/store.ts';
import { type Idempotency, idempotencyKey } from '../../core/idempotency/idempotency.ts';
import { bodyText, type HttpRoutes, jsonAnswer } from '../common/http.ts';

export type EmailsDeps = AcceptDeps & { store: EmailStore; allowed: AllowedSenders; idempotency: Idempotency };

/** Transactional email. */
export function emailRoutes(deps: EmailsDeps): HttpRoutes {
  return {
    async 'POST /emails/send'(event) {
      // Checked before the idempotency key: a refused request leaves its key free, so that the corrected request may use it.
      const email = parseEmailRequest(bodyText(event));
      checkSender(deps.allowed, email.from.email);
      const accept = async (batchId?: string) => {
        const accepted = await acceptEmail(deps, email, batchId === undefined ? {} : { batchId });
        return { status: 202, body: { status: 'success', data: { batchID: accepted.batchId } } };
      };
      // API Gateway passes header names in lower case.
      const header = event.headers['idempotency-key'];
      const { answer, replayed } =
        header === undefined
          ? { answer: await accept(), replayed: false }
          : await deps.idempotency.once({ scope: 'emails', key: idempotencyKey(header), request: email }, accept);
      return jsonAnswer(answer.status, answer.body, replayed ? { 'idempotency-replay': 'true' } : {});
    },

    async 'GET /emails/{id}'({ pathParameters }) {
      const emails = await viewEmails(deps.store, pathParameters?.id ?? '');
      return jsonAnswer(200, { status: 'success', data: { emails } });
    },
  };
}
