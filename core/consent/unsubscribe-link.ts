import { escapeHtml, UNSUBSCRIBE_TAG } from '../csv/template.ts';
import type { OutgoingEmail } from '../delivery/providers/outgoing-email.ts';

type Content = Pick<OutgoingEmail, 'text' | 'html'>;

/** What a mail client shows as a button. https://www.rfc-editor.org/rfc/rfc8058 */
export const unsubscribeHeaders = (url: string): Record<string, string> => ({
  'List-Unsubscribe': `<${url}>`,
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
});

/**
 * Prepares the content of a campaign mail: where it has no `{{unsubscribe_url}}`, a footer with these words and the link is added; an empty
 * `footer` adds none. Resolves the link per recipient later, by `withUnsubscribeUrl`.
 */
export function withUnsubscribeFooter({ text, html }: Content, footer: string): Content {
  const has = (html ?? text).includes(UNSUBSCRIBE_TAG);
  if (has || footer === '') return { text, ...(html !== undefined && { html }) };
  return {
    text: `${text.trimEnd()}\n\n-- \n${footer}: ${UNSUBSCRIBE_TAG}\n`,
    ...(html !== undefined && { html: withHtmlFooter(html, footer) }),
  };
}

/** Fills the link in. */
export const withUnsubscribeUrl = ({ text, html }: Content, url: string): Content => ({
  text: text.replaceAll(UNSUBSCRIBE_TAG, () => url),
  ...(html !== undefined && { html: html.replaceAll(UNSUBSCRIBE_TAG, () => escapeHtml(url)) }),
});

function withHtmlFooter(html: string, footer: string): string {
  const link = `<p style="font-size:12px"><a href="${UNSUBSCRIBE_TAG}">${escapeHtml(footer)}</a></p>`;
  // Behind the last element of the body. Mail programs show what follows </body> too, but not all of them.
  const end = html.toLowerCase().lastIndexOf('</body');
  return end < 0 ? `${html}\n${link}` : `${html.slice(0, end)}${link}\n${html.slice(end)}`;
}
