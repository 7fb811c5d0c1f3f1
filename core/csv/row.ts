import type { ContentFormat } from '../campaigns/campaign.ts';
import { isAddress } from './address.ts';
import type { Header } from './header.ts';
import { CSV_LIMITS } from './limits.ts';
import { because, type SkippedRow } from './skip.ts';
import { escapeHtml, render } from './template.ts';

/** A row that will be sent, its variables filled in. */
export interface ValidRow {
  row: number;
  email: string;
  subject: string;
  content: string;
}

export type CheckedRow = { valid: ValidRow; skip?: never } | { skip: SkippedRow; valid?: never };

/** Checks the cells of one data row, cheapest first; what repeats an earlier row is for the reader to find. */
export function checkRow(cells: readonly string[], row: number, header: Header, format: ContentFormat): CheckedRow {
  const cell = (index: number) => cells[index] ?? '';
  const email = cell(header.columns.email).trim();
  const skip = (why: Pick<SkippedRow, 'code' | 'reason'>): CheckedRow => ({
    skip: { row, email: shown(email), ...why },
  });

  if (cells.length !== header.cells) {
    const count = { found: cells.length, expected: header.cells };
    return skip(cells.length < header.cells ? because('too_few_cells', count) : because('too_many_cells', count));
  }
  if (email === '') return skip(because('email_missing'));
  if (email.length > CSV_LIMITS.addressCharacters) return skip(because('email_too_long', { found: email.length }));
  if (!isAddress(email)) return skip(because('email_invalid', { email }));
  const rawSubject = cell(header.columns.subject);
  if (rawSubject.trim() === '') return skip(because('subject_missing'));
  const rawContent = cell(header.columns.content);
  if (rawContent.trim() === '') return skip(because('content_missing'));

  const value = (name: string) => {
    const index = header.variables.get(name);
    return index === undefined ? undefined : name === 'email' ? email : cell(index);
  };
  const subject = render(rawSubject, value, CSV_LIMITS.subjectCharacters);
  if (subject.missing !== undefined) return skip(because('variable_missing', { name: shown(subject.missing) }));
  if (subject.tooLong) return skip(because('subject_too_long'));
  if (hasControlCharacter(subject.text)) return skip(because('subject_control_character'));

  const inContent = format === 'html' ? (name: string) => escaped(value(name)) : value;
  const content = render(rawContent, inContent, CSV_LIMITS.contentBytes);
  if (content.missing !== undefined) return skip(because('variable_missing', { name: shown(content.missing) }));
  if (content.tooLong || Buffer.byteLength(content.text) > CSV_LIMITS.contentBytes) {
    return skip(because('content_too_large'));
  }
  if (jsonBytes(content.text) > CSV_LIMITS.contentJsonBytes) return skip(because('content_json_too_large'));

  return { valid: { row, email, subject: subject.text, content: content.text } };
}

const escaped = (value: string | undefined) => (value === undefined ? undefined : escapeHtml(value));

/** A cell may hold megabytes; an address in a report needs no more than an address can have. */
const shown = (text: string) => (text.length > 320 ? `${text.slice(0, 320)}…` : text);

const hasControlCharacter = (subject: string) => {
  for (let index = 0; index < subject.length; index++) {
    const code = subject.charCodeAt(index);
    if ((code < 32 && code !== 9) || code === 127) return true;
  }
  return false;
};

/** Six bytes for one is the most that JSON makes of a character: short content needs no encoding to know that it fits. */
const jsonBytes = (text: string) =>
  text.length * 6 < CSV_LIMITS.contentJsonBytes ? 0 : Buffer.byteLength(JSON.stringify(text));
