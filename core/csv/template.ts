import { nameOf } from './cell.ts';

export type Rendered =
  | { text: string; missing?: never; broken?: never; tooLong?: never }
  | { missing: string; text?: never; broken?: never; tooLong?: never }
  /** The place where braces are left that are no tag. */
  | { broken: string; text?: never; missing?: never; tooLong?: never }
  | { tooLong: true; text?: never; missing?: never; broken?: never };

/** Templates for all rows of a file. A column of the same name is not read then. */
export interface Templates {
  subject?: string;
  content?: string;
}

const BROKEN_SHOWN = 40;

/** Stands in rendered content for the link by which its recipient unsubscribes. It is filled in when the email is sent. */
export const UNSUBSCRIBE_TAG = '{{unsubscribe_url}}';
export const UNSUBSCRIBE_VARIABLE = 'unsubscribe_url';

/**
 * Fills the variables of a template in: `{{name}}`, spaces around the name allowed. An empty value counts as missing: "Dear ," helps
 * nobody. Braces that are left, also by a value, are an error: the reader of the mail would see them. Only `kept`, a tag, may be left. Stops
 * at `maxCharacters`, so that a small row cannot grow into gigabytes. Takes linear time.
 */
export function render(
  template: string,
  value: (name: string) => string | undefined,
  maxCharacters: number,
  kept?: string,
): Rendered {
  let text = '';
  let end = 0;
  for (let open = template.indexOf('{{'); open >= 0; open = template.indexOf('{{', end)) {
    const close = template.indexOf('}}', open);
    const name = template.slice(open + 2, close);
    if (close < 0 || /[{}]/.test(name) || template[close + 2] === '}') return brokenAt(template, open);
    const filled = value(nameOf(name));
    if (filled === undefined || filled === '') return { missing: name.trim() };
    text += template.slice(end, open) + filled;
    end = close + 2;
    if (text.length > maxCharacters) return { tooLong: true };
  }
  text += template.slice(end);
  if (text.length > maxCharacters) return { tooLong: true };
  // Spaces instead of the tag: what stands around it must not become braces.
  const checked = kept === undefined || !text.includes(kept) ? text : text.replaceAll(kept, ' '.repeat(kept.length));
  const left = checked.search(/\{\{|\}\}/);
  return left < 0 ? { text } : brokenAt(text, left);
}

function brokenAt(text: string, at: number): Rendered {
  // What closes without an opening is shown with what stands before it.
  const from = text.startsWith('}}', at) ? Math.max(0, at + 2 - BROKEN_SHOWN) : at;
  const [line = ''] = text
    .slice(from, from + BROKEN_SHOWN)
    .split(/[\r\n]/)
    .filter((part) => /\{\{|\}\}/.test(part));
  return { broken: line.toWellFormed().trim() };
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A value as HTML shows it literally: a name with `<` in it must not become markup. */
export const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found);
