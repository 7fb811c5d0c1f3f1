import type { Problem } from './problem.ts';
import { exampleOf } from './problem.ts';

/** Problems as the product answers them, for the OpenAPI page. */
type Examples = Record<string, Problem>;

const BATCH = 'spring-sale-9f86d081884c7d659a2feaa0c55ad015';

export const BAD_FILES: Examples = {
  'a missing column': exampleOf(
    'InvalidCsv',
    'The header lacks the column "content". It must name email, subject and content, in any order; it has "email", "subject".',
    { missingColumns: ['content'], line: 1 },
  ),
  'no valid row': exampleOf(
    'InvalidCsv',
    'None of the 1 rows can be sent. Row 1: The file has no column for {{nmae}}: it has email, name.',
    {
      total: 1,
      skipped: 1,
      skippedRows: [
        {
          row: 1,
          email: 'ana@example.com',
          code: 'variable_missing',
          reason: 'The file has no column for {{nmae}}: it has email, name.',
        },
      ],
    },
  ),
  'a field that is not valid': exampleOf('BadRequest', 'The form is not valid. format: must be text or html.', {
    issues: [{ field: 'format', message: 'must be text or html' }],
  }),
};

const DIFFERENCE = 'sendAt was not given and is now 2026-12-24T08:00:00.000Z';

export const OTHER_OPTIONS: Examples = {
  'another schedule': exampleOf(
    'Conflict',
    `This file was uploaded before as batch ${BATCH}, and ${DIFFERENCE}. Upload it with the same options to see its state, or with another campaignId to send it once more.`,
    { batchId: BATCH, differences: [DIFFERENCE] },
  ),
};

export const UNKNOWN_CAMPAIGN: Examples = {
  'an unknown campaign': exampleOf('NotFound', `There is no campaign ${BATCH}.`),
};

export const NOT_REDRIVABLE: Examples = {
  'still running': exampleOf('NothingToRedrive', 'The campaign is RUNNING: it can be redriven once it has ended.'),
  'only unconfirmed rows': exampleOf(
    'UnconfirmedUndecided',
    '2 rows are left that a provider may have accepted. Say what to do with them: {"unconfirmed": "resend"} sends them again, {"unconfirmed": "accept"} closes them as they are.',
    { unconfirmed: 2 },
  ),
  'too late': exampleOf(
    'NothingToRedrive',
    'The campaign could be continued until 2026-12-06T10:00:00.000Z: send what is left as a new file, from its report.',
  ),
};

export const BAD_ROWS_QUERY: Examples = {
  'a limit out of range': exampleOf('BadRequest', 'The query is not valid. limit: must be at most 1,000.', {
    issues: [{ field: 'limit', message: 'must be at most 1,000' }],
  }),
};

export const BAD_RATE: Examples = {
  'more than SES allows': exampleOf('BadRequest', 'perSecond: SES allows this account 50 emails per second.', {
    allowed: 50,
  }),
  'not a number': exampleOf('BadRequest', 'The body is not valid. perSecond: must be a number.', {
    issues: [{ field: 'perSecond', message: 'must be a number' }],
  }),
};
