import {
  unsubscribeHeaders,
  withUnsubscribeFooter,
  withUnsubscribeUrl,
} from '../../../core/consent/unsubscribe-link.ts';

const URL = 'https://mail.example/unsubscribe/1.a.b';
const made = (content: { text: string; html?: string }, footer = 'Unsubscribe') =>
  withUnsubscribeUrl(withUnsubscribeFooter(content, footer), URL);

describe('the unsubscribe link of a campaign mail', () => {
  it('is in the headers of RFC 8058', () => {
    expect(unsubscribeHeaders(URL)).toEqual({
      'List-Unsubscribe': `<${URL}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
  });

  it('replaces the tag, which has no footer then', () => {
    expect(made({ text: 'Hi. Stop: {{unsubscribe_url}} or {{unsubscribe_url}}' })).toEqual({
      text: `Hi. Stop: ${URL} or ${URL}`,
    });
    expect(made({ text: 'Stop [{{unsubscribe_url}}]', html: '<a href="{{unsubscribe_url}}">Stop</a>' })).toEqual({
      text: `Stop [${URL}]`,
      html: `<a href="${URL}">Stop</a>`,
    });
  });

  it('is a footer where the content has no tag, inside the body of an HTML document', () => {
    expect(made({ text: 'Hi\n' })).toEqual({ text: `Hi\n\n-- \nUnsubscribe: ${URL}\n` });
    const { html } = made({ text: 'Hi', html: '<html><body><p>Hi</p></body></html>' }, 'Baja & fin');

    expect(html).toContain(`<a href="${URL}">Baja &amp; fin</a></p>\n</body></html>`);
    expect(made({ text: 'Hi', html: '<p>Hi</p>' }).html).toMatch(/^<p>Hi<\/p>\n<p .*<a href=/);
  });

  it('is no footer where the words of it are empty', () => {
    expect(made({ text: 'Hi', html: '<p>Hi</p>' }, '')).toEqual({ text: 'Hi', html: '<p>Hi</p>' });
  });

  it('is escaped in HTML, and takes nothing in it for a pattern', () => {
    const url = 'https://mail.example/u?a=$&&b=1';

    expect(withUnsubscribeUrl({ text: '{{unsubscribe_url}}', html: '{{unsubscribe_url}}' }, url)).toEqual({
      text: url,
      html: 'https://mail.example/u?a=$&amp;&amp;b=1',
    });
  });
});
