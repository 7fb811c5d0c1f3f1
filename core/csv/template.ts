/** `{{name}}`, spaces around the name allowed. */
const VARIABLE = /\{\{\s*([^{}]*?)\s*\}\}/g;

export type Rendered =
  | { text: string; missing?: never; tooLong?: never }
  | { missing: string; text?: never; tooLong?: never }
  | { tooLong: true; text?: never; missing?: never };

/**
 * Fills the variables of a template in. An empty value counts as missing: "Dear ," helps nobody.
 * Stops at `maxCharacters`, so that a small row cannot grow into gigabytes.
 */
export function render(template: string, value: (name: string) => string | undefined, maxCharacters: number): Rendered {
  if (!template.includes('{{')) return template.length > maxCharacters ? { tooLong: true } : { text: template };
  let text = '';
  let end = 0;
  for (const match of template.matchAll(VARIABLE)) {
    const name = match[1] ?? '';
    const filled = value(name.toLowerCase());
    if (filled === undefined || filled.trim() === '') return { missing: name };
    text += template.slice(end, match.index) + filled;
    end = match.index + match[0].length;
    if (text.length > maxCharacters) return { tooLong: true };
  }
  text += template.slice(end);
  return text.length > maxCharacters ? { tooLong: true } : { text };
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A value as HTML shows it literally: a name with `<` in it must not become markup. */
export const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found);
