import {
  emailPathSchema,
  emailsAnswerSchema,
  idempotencyHeaderSchema,
  sendEmailAnswerSchema,
  sendEmailSchema,
} from './email-schema.ts';
import type { RouteDoc } from './routes.ts';

/** Transactional email. */
export const EMAIL_ROUTES: readonly RouteDoc[] = [
  {
    method: 'post',
    path: '/emails/send',
    operationId: 'sendEmail',
    tag: 'Emails',
    summary: 'Send an email to up to 100 recipients, each by itself',
    description:
      'Providers are tried in the configured order until one accepts. With an `Idempotency-Key` the call may be repeated.',
    params: { header: idempotencyHeaderSchema },
    body: {
      schema: sendEmailSchema,
      examples: {
        plain: {
          from: { email: 'sender@example.com', name: 'Sender' },
          destinations: [{ email: 'pedro@example.com', name: 'Pedro' }],
          subject: 'test',
          plainContent: 'test',
        },
      },
    },
    answers: {
      202: {
        description: 'It is accepted, and will be sent; `Idempotency-Replay: true` marks the answer to a repeated call',
        schema: sendEmailAnswerSchema,
      },
    },
    problems: {
      400: 'A bad body: `issues` names every field that is wrong; or a sender that may not send',
      409: 'The first call with this key is in progress: `Retry-After` says when to ask again',
      422: 'The key was used with another body',
    },
  },
  {
    method: 'get',
    path: '/emails/{id}',
    operationId: 'getEmails',
    tag: 'Emails',
    summary: 'How the emails of a call stand',
    params: { path: emailPathSchema },
    answers: { 200: { description: 'One entry per recipient', schema: emailsAnswerSchema } },
    problems: { 404: 'There is no such batch' },
  },
];
