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

/** Emoji are images of `1em`, so the unit counts. */
const ONE_PIXEL = /^\s*(?:0*(?:1(?:\.0*)?|0?\.\d+)(?:px)?|0+(?:\.0*)?[a-z%]*)\s*(?:!.*)?$/;

/** Tracking pixels are hidden, or one pixel high or wide, by their attributes or their style. */
function isPixel(attributes: Readonly<Record<string, string>>): boolean {
  const { width = '', height = '', style = '' } = attributes;
  const rules = new Map(
    style.split(';').map((rule) => rule.split(':', 2).map((part) => part.trim().toLowerCase()) as [string, string]),
  );
  const sizes = [
    rules.get('width') ?? width,
    rules.get('height') ?? height,
    rules.get('max-width'),
    rules.get('max-height'),
  ];
  return (
    sizes.some((size) => size !== undefined && ONE_PIXEL.test(size)) ||
    rules.get('visibility')?.startsWith('hidden') === true ||
    Number.parseFloat(rules.get('opacity') ?? '1') === 0
  );
}

/** Elements that are lines of their own and that the converter takes for words. */
const LINES = [
  'caption',
  'center',
  'dd',
  'dialog',
  'details',
  'dl',
  'dt',
  'figcaption',
  'fieldset',
  'figure',
  'legend',
  'noscript',
  'optgroup',
  'option',
  'summary',
  'textarea',
];
/** What a reader does not see: hidden elements, and with them the images inside. */
const HIDDEN = [
  '[hidden]',
  'iframe',
  'template',
  'title',
  ...['display:none', 'display: none', 'display :none', 'display : none'].map((rule) => `[style*="${rule}" i]`),
];
const LINE = { leadingLineBreaks: 1, trailingLineBreaks: 1 };

const OPTIONS = {
  wordwrap: COLUMNS,
  limits: { maxDepth: MAX_DEPTH, ellipsis: TOO_DEEP },
  formatters: { tableRow, tableCell, image },
  selectors: [
    { selector: 'tr', format: 'tableRow' },
    { selector: 'td', format: 'tableCell' },
    { selector: 'th', format: 'tableCell' },
    { selector: 'img', format: 'image' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    // Of use to nobody in a text.
    ...['javascript:', 'data:'].map((scheme) => ({ selector: `a[href^="${scheme}" i]`, format: 'inline' })),
    ...HIDDEN.map((selector) => ({ selector, format: 'skip' })),
    ...LINES.map((selector) => ({ selector, format: 'block', options: LINE })),
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
    .replace(/^\n+/, '')
    .trimEnd();
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
  const open: string[] = [];
  for (const [, closing, written = ''] of html.matchAll(TAG)) {
    const name = written.toLowerCase();
    if (closing) {
      // A closing tag of what is not open closes nothing.
      const at = open.lastIndexOf(name);
      if (at >= 0) open.length = at;
    } else if (!VOID.has(name) && open.push(name) > MAX_DEPTH / 2) return true;
  }
  return false;
}
