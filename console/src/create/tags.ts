/** It is filled at the send and needs no column. */
const BUILT_IN = new Set(['unsubscribe_url']);

/** The names of the tags in a template, each once. */
export function tagsOf(template: string): string[] {
  return [
    ...new Set(
      [...template.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map(([, name = '']) => name.toLowerCase().normalize('NFC')),
    ),
  ];
}

/** Tags for which a file has no column, each with the column that was probably meant. */
export function unknownTags(
  template: string,
  columns: readonly string[],
): { tag: string; meant: string | undefined }[] {
  return tagsOf(template)
    .filter((tag) => !BUILT_IN.has(tag) && !columns.includes(tag))
    .map((tag) => ({ tag, meant: columns.find((column) => isClose(tag, column)) }));
}

/** Whether two words differ by at most two letters, and by fewer in short words. */
function isClose(a: string, b: string): boolean {
  return distance(a, b) <= Math.min(2, Math.floor(Math.max(a.length, b.length) / 2));
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Whether a text looks like HTML, such as `<p>Hello</p>`. */
export const looksLikeHtml = (text: string): boolean =>
  /<(?:!doctype|html|body|table|div|p|br|h[1-6]|a\s|img\s|ul|ol|strong|em|b|i|span)\b[^>]*>/i.test(text);
