import { z } from 'zod';
import { feedbackName } from '../core/ledger/feedback.ts';
import type { ListedSend, SendPage } from '../core/ledger/listed-send.ts';
import { FEEDBACK_KINDS, SEND_STATUSES, type SendStatus } from '../core/ledger/send.ts';
import { campaignPathSchema } from './campaigns.ts';
import { BAD_ROWS_QUERY, UNKNOWN_CAMPAIGN } from './example-problems.ts';
import { SENDS } from './examples.ts';
import { atMost, optionalField, pageSize } from './parse.ts';
import type { RouteDoc } from './routes.ts';

const time = z.iso.datetime().meta({ example: '2026-11-22T10:00:01.250Z' });

const feedbackKind = z.enum(FEEDBACK_KINDS.map(feedbackName));

/** One email to one recipient: the fields of GraphQL's EmailSend. What it has none of is null. */
export const sendSchema = z
  .object({
    sendId: z.string().meta({ description: '`<batchId>-<rowNumber>`' }),
    batchId: z.string(),
    campaignId: z.string().nullable(),
    rowNumber: z.int().meta({ description: 'Data row of the uploaded file, counted from 1' }),
    email: z.string(),
    subject: z.string(),
    status: z.enum(SEND_STATUSES),
    channel: z.string(),
    attempts: z.int().meta({ description: 'Attempts; throttled ones do not count' }),
    provider: z.string().nullable(),
    messageId: z.string().nullable().meta({ description: 'The provider’s id of the accepted message' }),
    error: z
      .object({
        code: z.string().meta({ description: 'Of the error catalogue, such as MessageRejected' }),
        class: z.string(),
        message: z.string(),
        retryable: z.boolean().meta({ description: 'Whether a redrive sends the row again' }),
      })
      .nullable()
      .meta({ description: 'Why it is in ERROR' }),
    feedback: feedbackKind
      .nullable()
      .meta({ description: 'What was heard of it after it was sent: the strongest of its events' }),
    feedbackAt: time.nullable(),
    feedbackReason: z.string().nullable().meta({ description: 'What the recipient’s mail server said' }),
    feedbackEvents: z
      .array(z.object({ kind: feedbackKind, at: time, reason: z.string().nullable() }))
      .meta({ description: 'The first event of each kind, in the order of their times' }),
    createdAt: time,
    updatedAt: time,
    lastAttemptAt: time.nullable(),
    cursor: z.string().meta({ description: 'Its place in the list, for `after`' }),
  })
  .meta({ id: 'EmailSend' });
export type SendAnswer = z.infer<typeof sendSchema>;

export const sendListSchema = z
  .object({
    sends: z.array(sendSchema),
    next: z.string().optional().meta({ description: 'The `after` of the next page; absent on the last' }),
  })
  .meta({ id: 'SendList' });
export type SendListAnswer = z.infer<typeof sendListSchema>;

export const sendListAnswer = ({ sends, ...rest }: SendPage): SendListAnswer => ({
  sends: sends.map(sendAnswer),
  ...rest,
});

const sendAnswer = (send: ListedSend): SendAnswer => ({
  sendId: send.sendId,
  batchId: send.batchId,
  campaignId: send.campaignId ?? null,
  rowNumber: send.rowNumber,
  email: send.email,
  subject: send.subject,
  status: send.status,
  channel: send.channel,
  attempts: send.attempts,
  provider: send.provider ?? null,
  messageId: send.messageId ?? null,
  error: send.error
    ? {
        code: send.error.code,
        class: send.error.class,
        message: send.error.message,
        retryable: send.error.retryable,
      }
    : null,
  feedback: send.feedback ? feedbackName(send.feedback.kind) : null,
  feedbackAt: send.feedback?.at ?? null,
  feedbackReason: send.feedback?.diagnostic ?? null,
  feedbackEvents: (send.feedbackEvents ?? []).map(({ kind, at, diagnostic }) => ({
    kind: feedbackName(kind),
    at,
    reason: diagnostic ?? null,
  })),
  createdAt: send.createdAt,
  updatedAt: send.updatedAt,
  lastAttemptAt: send.lastAttemptAt ?? null,
  cursor: send.cursor,
});

const STATUS = `(${SEND_STATUSES.join('|')})`;
const STATUSES = new RegExp(`^${STATUS}(,${STATUS})*$`);

export const statusSchema = optionalField(
  z
    .string()
    .regex(STATUSES, `must be one of ${SEND_STATUSES.join(', ')}, or several separated by commas`)
    .transform((text) => text.split(',') as SendStatus[]),
).meta({
  description: `One of ${SEND_STATUSES.join(', ')}, or several separated by commas; all by default`,
  example: 'ERROR',
  override: { type: 'string', pattern: `^$|${STATUSES.source}` },
});

export const sendsQuerySchema = z.object({
  status: statusSchema,
  email: optionalField(atMost(z.string(), 320)).meta({
    description: 'The address of one recipient, in any case',
    override: { type: 'string', maxLength: 320 },
  }),
  after: z.string().optional().meta({ description: 'The `next` of the page before; empty for the first page' }),
  limit: pageSize(1_000, 50),
});

export const SEND_ROUTES: readonly RouteDoc[] = [
  {
    method: 'get',
    path: '/campaigns/{batchId}/sends',
    operationId: 'listSends',
    tag: 'Campaigns',
    summary: 'What happened to each row, in the order of the file',
    description: 'A list of one status is a moment: rows move from one status to the next while it is read.',
    params: { path: campaignPathSchema, query: sendsQuerySchema },
    answers: { 200: { description: 'One page', schema: sendListSchema, example: SENDS } },
    problems: {
      400: {
        description: 'The status is not known, the limit is out of range, or `after` is not a valid cursor',
        examples: BAD_ROWS_QUERY,
      },
      404: { description: 'There is no such campaign', examples: UNKNOWN_CAMPAIGN },
    },
  },
];
