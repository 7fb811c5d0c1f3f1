import type { ContentFormat } from '../campaigns/campaign.ts';
import { nameOf } from './cell.ts';
import type { Header } from './header.ts';
import type { ValidRow } from './row.ts';
import { UNSUBSCRIBE_TAG } from './template.ts';

/** Tags that other tools fill in, whatever their name. Every repetition is bounded, so that the search takes linear time. */
const FOREIGN_TAGS: readonly RegExp[] = [
  /\*\|[^|*\r\n]{1,80}\|\*/,
  /%%[^%\s][^%\r\n]{0,80}%%/,
  /\[\[[^[\]\r\n]{1,80}\]\]/,
  /\{%[^{}%\r\n]{1,200}%\}/,
  /<%[^<>%\r\n]{1,200}%>/,
  /｛｛[^｛｝\r\n]{1,80}｝｝/,
  /%recipient\.[^%\s]{1,80}%/i,
];
/** `{{name}}` as links and HTML editors write it. */
const ENCODED_TAGS: readonly RegExp[] = [
  /%7b%7b[^\s"'<>{}]{1,120}?%7d%7d/i,
  /(?:&#(?:123|x7b);|&lcub;|&lbrace;){2}[^\r\n<>]{1,120}?(?:&#(?:125|x7d);|&rcub;|&rbrace;){2}/i,
];
/** What is a tag only where it names a column: `{name}`, `${name}`, `[name]`, `%name%`, `<<name>>`, `«name»`, `#name#`, `@name@`, `~name~`. */
const NAMED_TAGS: readonly RegExp[] = [
  /[$#]?\{[$!]?([^{}\r\n]{1,80})\}/g,
  /(?<!\[)\[([^[\]\r\n]{1,80})\](?!\])/g,
  /(?<!%)%([^%\r\n]{1,80})%(?!%)/g,
  /(?:<<|«|&lt;&lt;|&laquo;)([^<>«»&\r\n]{1,80})(?:>>|»|&gt;&gt;|&raquo;)/g,
  /#([^#\r\n]{1,80})#/g,
  /@([^@\r\n]{1,80})@/g,
  /~([^~\r\n]{1,80})~/g,
];
const ANY_TAG = /[*%[{｛«#@~]|<[%<]|&(?:#|l)/;

/**
 * Text that was broken before it came here: UTF-8 that was read as Windows-1252 (`JosÃ©`, `itâ€™s`, `Ð°`), and characters that a decoder
 * gave up (U+FFFD).
 */
const BROKEN_TEXT = /[ÂÃ][\u00a0-\u00bf]|[ÐÑ][\u00b0-\u00bf]|â€[\u0080-\u00ff€™œ˜“”¦¢]|ï»¿|\ufffd/;
/** The same with its word. */
const BROKEN_WORD = new RegExp(`\\S{0,20}(?:${BROKEN_TEXT.source})\\S{0,20}`);

const HTML =
  /<!doctype html|<!--|<\/?(?:html|head|body|p|div|span|table|tr|td|th|br|hr|h[1-6]|ul|ol|li|strong|em|b|i|u|font|center|img|style|script|blockquote)(?:\s[^<>]{0,500})?\/?>|<a\s[^<>]{0,500}>|&(?:nbsp|amp|lt|gt|quot|euro|copy|[a-z]{1,2}(?:acute|grave|uml|circ|tilde|cedil|ring|slash|lig));/i;

interface Seen {
  row: number;
  shown: string;
  rows: number;
}

/** Collects what the rows to send hold that the uploader may not have meant; one warning for each kind. */
export class TextWarnings {
  readonly #format: ContentFormat;
  readonly #seen = new Map<string, Seen>();

  constructor(format: ContentFormat) {
    this.#format = format;
  }

  look({ row, subject, content }: ValidRow, { variables }: Pick<Header, 'variables'>): void {
    const kinds = new Map<string, string>();
    // The link that is filled in at the send is not the tag of another tool.
    for (const text of [subject, content.replaceAll(UNSUBSCRIBE_TAG, ' ')]) addTags(text, variables, kinds);
    if (this.#format === 'text' && HTML.test(content)) kinds.set('html', '');
    const broken = [subject, content].find((text) => BROKEN_TEXT.test(text));
    if (broken !== undefined) kinds.set('broken', String(BROKEN_WORD.exec(broken)?.[0]).toWellFormed());
    for (const [kind, shown] of kinds) {
      const seen = this.#seen.get(kind);
      if (seen) seen.rows++;
      else this.#seen.set(kind, { row, shown, rows: 1 });
    }
  }

  list(): string[] {
    return [...this.#seen].map(([kind, { row, shown, rows }]) => {
      const where = rows === 1 ? `Row ${row}` : `Row ${row} and ${rows - 1} more`;
      if (kind === 'html') {
        return `${where}: the content looks like HTML, but is sent as text, so readers would see its tags. Upload with format=html.`;
      }
      if (kind === 'broken') {
        return `${where}: "${shown}" looks like text that another program has read in the wrong encoding, and is sent as it stands. Export the file again as UTF-8.`;
      }
      const what = kind.startsWith('encoded') ? 'an encoded tag' : 'a tag of another tool';
      return `${where}: ${shown} is ${what} and is sent as it stands. A tag is {{name}}, with a column of that name.`;
    });
  }
}

function addTags(text: string, columns: Header['variables'], kinds: Map<string, string>): void {
  if (!ANY_TAG.test(text)) return;
  const add = (kind: string, shown: string | undefined) => {
    if (shown !== undefined && !kinds.has(kind)) kinds.set(kind, shown.slice(0, 60).toWellFormed());
  };
  FOREIGN_TAGS.forEach((pattern, n) => {
    add(`foreign ${n}`, pattern.exec(text)?.[0]);
  });
  ENCODED_TAGS.forEach((pattern, n) => {
    add(`encoded ${n}`, pattern.exec(text)?.[0]);
  });
  NAMED_TAGS.forEach((pattern, n) => {
    for (const [shown, name = ''] of text.matchAll(pattern)) {
      if (columns.has(nameOf(name))) add(`named ${n}`, shown);
    }
  });
}
