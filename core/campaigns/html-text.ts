import { convert, type FormatCallback } from 'html-to-text';

/** Newsletters nest some 60 elements. The converter is recursive, and an unlimited depth overflows the stack. */
const MAX_DEPTH = 256;
/** Stands in the text where elements are nested deeper: a noncharacter, which no text has. */
const TOO_DEEP = '\u{10ffff}';
const COLUMNS = 78;

/** A row of a table is a line; the white space between its cells is none of its text. */
const tableRow: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  walk(
    element.children.filter(({ data }) => data === undefined || data.trim() !== ''),
    builder,
  );
  builder.closeBlock({ trailingLineBreaks: 1 });
};

/** Two spaces between the cells of a row. */
const tableCell: FormatCallback = (element, walk, builder) => {
  if (element.parent?.children.find((sibling) => sibling.type === 'tag') !== element) builder.addLiteral('  ');
  walk(element.children, builder);
};

/** An image is its alternative text; one that nobody is meant to see is nothing. */
const image: FormatCallback = ({ attribs }, _walk, builder) => {
  if (attribs.alt && !isPixel(attribs)) builder.addInline(attribs.alt, { noWordTransform: true });
};

/** Tracking pixels are one pixel high or wide, by their attributes or their style. */
function isPixel({ width = '', height = '', style = '' }: Readonly<Record<string, string>>): boolean {
  const rules = new Map(
    style.split(';').map((rule) => rule.split(':', 2).map((part) => part.trim().toLowerCase()) as [string, string]),
  );
  return (
    Number.parseFloat(rules.get('width') ?? width) <= 1 ||
    Number.parseFloat(rules.get('height') ?? height) <= 1 ||
    rules.get('display')?.startsWith('none') === true
  );
}

const OPTIONS = {
  wordwrap: COLUMNS,
  limits: { maxDepth: MAX_DEPTH, ellipsis: TOO_DEEP },
  formatters: { tableRow, tableCell, image },
  selectors: [
    { selector: 'tr', format: 'tableRow' },
    { selector: 'td', format: 'tableCell' },
    { selector: 'th', format: 'tableCell' },
    { selector: 'img', format: 'image' },
    ...[1, 2, 3, 4, 5, 6].map((level) => ({ selector: `h${level}`, options: { uppercase: false } })),
  ],
};

/** The text part of an HTML mail. What is nested deeper than a mail may be is left out. */
export function textOf(html: string): string {
  const lines = convert(html, OPTIONS).replaceAll(TOO_DEEP, '').split('\n');
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Says whether a text part can be made of all of it. */
export const isRenderable = (html: string): boolean =>
  mayBeDeep(html) === false || convert(html, OPTIONS).includes(TOO_DEEP) === false;

const TAG = /<(\/?)([a-z][a-z0-9]*)/gi;
const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
]);

/** Counts tags, which costs a hundredth of a conversion. Too high where closing tags are left out, never too low. */
function mayBeDeep(html: string): boolean {
  let depth = 0;
  for (const [, closing, name = ''] of html.matchAll(TAG)) {
    if (closing) depth = Math.max(0, depth - 1);
    else if (!VOID.has(name.toLowerCase()) && ++depth > MAX_DEPTH / 2) return true;
  }
  return false;
}
