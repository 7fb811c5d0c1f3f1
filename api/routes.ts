import { z } from 'zod';
import { CAMPAIGN_ROUTES } from './campaigns.ts';
import { EMAIL_ROUTES } from './emails.ts';
import { ORDER_ROUTES } from './orders.ts';
import { PREFLIGHT_ROUTES } from './preflight.ts';
import type { Problem } from './problem.ts';
import { RATE_ROUTES } from './rate.ts';
import { REPORT_ROUTES } from './reports.ts';
import { REQUEST_ROUTES } from './requests.ts';
import { SEND_ROUTES } from './sends.ts';
import { SUPPRESSION_ROUTES } from './suppressions.ts';
import { UNSUBSCRIBE_ROUTES } from './unsubscribe.ts';
import { UPLOAD_ALIAS, UPLOAD_ROUTE } from './upload.ts';
import { LARGE_UPLOAD_ROUTES } from './uploads.ts';

/** One answer of a route. Without a schema it has no body, or none that is JSON. */
export interface AnswerDoc {
  description: string;
  schema?: z.ZodType;
  /** `application/json` by default. */
  contentType?: string;
  example?: unknown;
}

export interface ProblemDoc {
  description: string;
  /** By a name that says when. */
  examples: Record<string, Problem>;
}

/** The documentation of a route: a new route needs one entry. */
export interface RouteDoc {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  /** The name of the call in generated clients. */
  operationId: string;
  tag: 'Campaigns' | 'Consent' | 'Emails' | 'Requests' | 'Orders' | 'Operations';
  summary: string;
  description?: string;
  /** Needs no key. */
  open?: true;
  params?: { path?: z.ZodObject; query?: z.ZodObject; header?: z.ZodObject };
  body?: { schema: z.ZodType; contentType?: string; required?: boolean; examples?: Record<string, unknown> };
  answers: Record<number, AnswerDoc>;
  /** For each status, when the product answers with that problem; with bodies as they come, where the status alone does not tell. */
  problems?: Record<number, string | ProblemDoc>;
}

export const ROUTES: readonly RouteDoc[] = [
  UPLOAD_ROUTE,
  ...LARGE_UPLOAD_ROUTES,
  ...PREFLIGHT_ROUTES,
  ...CAMPAIGN_ROUTES,
  ...SEND_ROUTES,
  ...REPORT_ROUTES,
  // Aliases come last.
  UPLOAD_ALIAS,
  ...EMAIL_ROUTES,
  ...ORDER_ROUTES,
  ...REQUEST_ROUTES,
  ...RATE_ROUTES,
  ...SUPPRESSION_ROUTES,
  ...UNSUBSCRIBE_ROUTES,
  {
    method: 'get',
    path: '/health',
    operationId: 'health',
    tag: 'Operations',
    summary: 'Tells whether the API answers',
    open: true,
    answers: {
      200: {
        description: 'The API answers',
        schema: z.object({ status: z.literal('ok'), stage: z.string() }).meta({ id: 'Health' }),
        example: { status: 'ok', stage: 'dev' },
      },
    },
  },
];
