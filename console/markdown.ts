/// <reference path="./markdown-it.d.ts" />
import MarkdownIt from 'markdown-it';

/** A heading's anchor as GitHub makes it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** The HTML of a document of the repository. Headings have their anchors; links to other files of the repository are plain text. */
export function htmlOf(markdown: string): string {
  const parser = new MarkdownIt();
  parser.renderer.rules.heading_open = (tokens, index, options, _env, renderer) => {
    tokens[index]?.attrSet('id', anchorOf(tokens[index + 1]?.content ?? ''));
    return renderer.renderToken(tokens, index, options);
  };
  // A table that is wider than a phone scrolls, and what scrolls must be reachable by keyboard.
  parser.renderer.rules.table_open = () => '<div class="pg-document-table" tabindex="0"><table>';
  parser.renderer.rules.table_close = () => '</table></div>';
  parser.core.ruler.push('links', ({ tokens }) => {
    for (const { children } of tokens) {
      let isOpen = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open' && !/^(#|https:)/.test(token.attrGet('href') ?? '')) isOpen = true;
        if (!isOpen) continue;
        if (token.type === 'link_close') isOpen = false;
        if (token.tag === 'a') Object.assign(token, { tag: 'span', attrs: null });
      }
    }
  });
  return parser.render(markdown);
}
