import type { ContentFormat } from '../campaigns/campaign.ts';
import { isRenderable } from '../campaigns/html-text.ts';
import { addressFault, asciiAddress, hasSeveralAddresses, isAddress, oddCharacter, unwrapAddress } from './address.ts';
import { nameOf } from './cell.ts';
import type { Header } from './header.ts';
import { CSV_LIMITS } from './limits.ts';
import { because, type SkippedRow } from './skip.ts';
import { escapeHtml, type Rendered, render, UNSUBSCRIBE_TAG, UNSUBSCRIBE_VARIABLE } from './template.ts';

/** A row that will be sent, its variables filled in. */
export interface ValidRow {
  row: number;
  /** Unwrapped, its domain as given. */
  email: string;
  subject: string;
  content: string;
}

export type CheckedRow = { valid: ValidRow; skip?: never } | { skip: SkippedRow; valid?: never };

/** Checks the trimmed cells of one data row, cheapest first; what repeats an earlier row is for the reader to find. */
export function checkRow(cells: readonly string[], row: number, header: Header, format: ContentFormat): CheckedRow {
  const cell = (index: number) => cells[index] ?? '';
  const given = cell(header.columns.email);
  const skip = (why: Pick<SkippedRow, 'code' | 'reason'>): CheckedRow => ({
    skip: { row, email: shown(given), ...why },
  });

  if (cells.slice(header.cells).some((extra) => extra !== '')) {
    return skip(because('too_many_cells', { found: cells.length, expected: header.cells }));
  }
  if (given === '') return skip(because('email_missing'));
  const email = unwrapAddress(given);
  const address = asciiAddress(email);
  if (address.length > CSV_LIMITS.addressCharacters) return skip(because('email_too_long', { found: address.length }));
  if (oddCharacter(email) !== undefined || !isAddress(address)) {
    return skip(because('email_invalid', { email: shown(given), ...whyInvalid(cells, given, email) }));
  }
  const rawSubject = header.templates.subject ?? cell(header.columns.subject);
  if (rawSubject === '') return skip(because('subject_missing'));
  const rawContent = header.templates.content ?? cell(header.columns.content);
  if (rawContent === '') return skip(because('content_missing'));

  const value = (name: string) => {
    const index = header.variables.get(name);
    return index === undefined ? undefined : name === 'email' ? email : cell(index);
  };
  const subject = render(rawSubject, value, CSV_LIMITS.subjectCharacters);
  if (subject.missing !== undefined && nameOf(subject.missing) === UNSUBSCRIBE_VARIABLE) {
    return skip(because('subject_unsubscribe_link'));
  }
  if (subject.text === undefined) return skip(whyNot(subject, header, 'subject_too_long'));
  if (hasControlCharacter(subject.text)) return skip(because('subject_control_character'));

  const inContent = (name: string) => {
    // Filled in at the send, so it stays. A column of that name cannot replace it.
    if (name === UNSUBSCRIBE_VARIABLE) return UNSUBSCRIBE_TAG;
    return format === 'html' ? escaped(value(name)) : value(name);
  };
  const content = render(rawContent, inContent, CSV_LIMITS.contentBytes, UNSUBSCRIBE_TAG);
  if (content.text === undefined) return skip(whyNot(content, header, 'content_too_large'));
  if (Buffer.byteLength(content.text) > CSV_LIMITS.contentBytes) return skip(because('content_too_large'));
  if (jsonBytes(content.text) > CSV_LIMITS.contentJsonBytes) return skip(because('content_json_too_large'));
  if (format === 'html' && !isRenderable(content.text)) return skip(because('content_not_renderable'));

  return { valid: { row, email, subject: subject.text, content: content.text } };
}

function whyInvalid(cells: readonly string[], given: string, email: string) {
  if (isWholeRow(cells, given)) return { isWholeRow: true };
  if (hasSeveralAddresses(given)) return { isSeveral: true };
  const fault = addressFault(email);
  return fault === undefined ? {} : { fault };
}

/** Whether a cell is all that its row has, and would be cells under another delimiter: an address, and something else behind it. */
function isWholeRow(cells: readonly string[], cell: string): boolean {
  const [first = '', second = ''] = cell.split(/[,;\t|]/, 2);
  return (
    cells.every((other) => other === cell || other === '') &&
    isAddress(unwrapAddress(first)) &&
    second.trim() !== '' &&
    !second.includes('@')
  );
}

const whyNot = (rendered: Rendered, { variables }: Header, tooLong: 'subject_too_long' | 'content_too_large') => {
  if (rendered.missing !== undefined) {
    const columns = variables.has(nameOf(rendered.missing)) ? {} : { columns: [...variables.keys()].map(shown) };
    return because('variable_missing', { name: shown(rendered.missing), ...columns });
  }
  if (rendered.broken !== undefined) return because('tag_broken', { tag: rendered.broken });
  return because(tooLong);
};

const escaped = (value: string | undefined) => (value === undefined ? undefined : escapeHtml(value));

/** A cell may hold megabytes; an address in a report needs no more than an address can have. */
const shown = (text: string) => (text.length > 320 ? `${text.slice(0, 320).toWellFormed()}…` : text);

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
