import { CSV_LIMITS } from './limits.ts';

const kb = (bytes: number) => `${bytes / 1024} KB`;

const SHOWN_COLUMNS = 10;

/** Why a row is not sent: a stable code for programs, a sentence for people. */
export const SKIP_REASONS = {
  too_many_cells: ({ found, expected }: CellCount) =>
    `The row has text in more cells (${found}) than the header (${expected}): a cell with the delimiter in it needs quotes.`,
  email_missing: () => 'The email is empty.',
  email_too_long: ({ found }: Length) =>
    `The email has ${found} characters; at most ${CSV_LIMITS.addressCharacters} are allowed.`,
  email_invalid: ({ email, fault, isSeveral, isWholeRow }: BadAddress) => {
    if (isWholeRow) {
      return `The row is one cell, "${email}": put the delimiter of the header between its cells, and quotes around each cell, not around the row.`;
    }
    if (isSeveral) return `"${email}" has more than one email address: give each a row of its own.`;
    return `"${email}" is not a valid email address${fault === undefined ? '' : `: ${fault}`}.`;
  },
  subject_missing: () => 'The subject is empty.',
  subject_too_long: () => `The subject has more than ${CSV_LIMITS.subjectCharacters} characters.`,
  subject_unsubscribe_link: () =>
    'The subject has {{unsubscribe_url}}, which only the content can have: mail programs make no link of a subject.',
  subject_control_character: () =>
    'The subject has a line break or another control character, which no mail header may have.',
  content_missing: () => 'The content is empty.',
  content_too_large: () => `The content is larger than ${kb(CSV_LIMITS.contentBytes)}.`,
  content_json_too_large: () =>
    `The content is larger than ${kb(CSV_LIMITS.contentJsonBytes)} once written as JSON: it is full of control characters.`,
  variable_missing: ({ name, columns }: { name: string; columns?: readonly string[] }) =>
    columns
      ? `The file has no column for {{${name}}}: it has ${columns.slice(0, SHOWN_COLUMNS).join(', ')}${columns.length > SHOWN_COLUMNS ? ' …' : ''}.`
      : `The variable {{${name}}} has no value in this row.`,
  tag_broken: ({ tag }: { tag: string }) =>
    `"${tag}" has braces that are not a tag. A tag is {{name}}; where two braces belong to the text, put a space between them.`,
  content_not_renderable: () => 'The HTML is nested too deep for a text part to be made from it.',
  suppressed: ({ reason }: { reason: string }) => `The address is on the suppression list: ${reason}.`,
  duplicate_address: ({ email }: { email: string }) => `${email} is already in the file, in an earlier row.`,
} as const;

interface BadAddress {
  email: string;
  /** What is wrong with it. */
  fault?: string;
  /** The cell has several addresses. */
  isSeveral?: boolean;
  /** The cell has the whole row. */
  isWholeRow?: boolean;
}
interface CellCount {
  found: number;
  expected: number;
}
interface Length {
  found: number;
}

export type SkipCode = keyof typeof SKIP_REASONS;

/** A row that is not sent. */
export interface SkippedRow {
  /** Data row of the file, from 1. */
  row: number;
  /** As it stands in the file, cut to what an address may be. */
  email: string;
  code: SkipCode;
  reason: string;
}

type Details<C extends SkipCode> = Parameters<(typeof SKIP_REASONS)[C]>[0];

/** The code of a skip with its sentence. */
export function because<C extends SkipCode>(
  code: C,
  ...details: Details<C> extends undefined ? [] : [Details<C>]
): Pick<SkippedRow, 'code' | 'reason'> {
  const sentence: (details: Details<C>) => string = SKIP_REASONS[code] as (details: Details<C>) => string;
  return { code, reason: sentence(details[0] as Details<C>) };
}
