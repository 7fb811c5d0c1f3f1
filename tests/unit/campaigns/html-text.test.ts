import fc from 'fast-check';
import { isRenderable, textOf } from '../../../core/campaigns/html-text.ts';
import { readAll } from '../csv/support.ts';

describe('the text part of HTML', () => {
  it('keeps headings as they are written', () => {
    expect(textOf('<h1>Hola Ana</h1><h2>Más <b>cosas</b></h2><h6>Fin</h6>')).toBe('Hola Ana\n\nMás cosas\n\nFin');
  });

  it.each([
    [
      'a table of data',
      '<table><thead><tr><th>Product</th><th>Price</th></tr></thead><tbody><tr><td>Blue</td><td>10 €</td></tr><tr>\n<td>Red</td>\n<td>5 €</td></tr></tbody></table>',
      'Product  Price\nBlue  10 €\nRed  5 €',
    ],
    ['closing tags left out', '<table><tr><td>A<td>B<tr><td>C<td>D</table>', 'A  B\nC  D'],
    [
      'tables in tables',
      '<table><tr><td><table><tr><td>A</td><td>B</td></tr></table></td></tr><tr><td>C</td></tr></table>',
      'A  B\n\nC',
    ],
    ['text around it', '<p>Before</p><table><tr><td>A</td></tr></table><p>After</p>', 'Before\n\nA\n\nAfter'],
    ['cells that span', '<table><tr><td colspan="999999999" rowspan="999999999">A</td><td>B</td></tr></table>', 'A  B'],
  ])('keeps cells and rows apart: %s', (_name, html, text) => {
    expect(textOf(html)).toBe(text);
  });

  it.each([
    ['<a href="https://x.test/a">https://x.test/a</a>', 'https://x.test/a'],
    ['<a href="mailto:a@x.test">a@x.test</a>', 'a@x.test'],
    ['<a href="https://x.test/a">Shop</a>', 'Shop [https://x.test/a]'],
  ])('shows the address of a link once: %s', (html, text) => {
    expect(textOf(html)).toBe(text);
  });

  it.each([
    ['<dl><dt>Term</dt><dd>Meaning</dd></dl>', 'Term\nMeaning'],
    ['<center>One</center>two', 'One\ntwo'],
    ['<figure><img alt="Logo"><figcaption>Ours</figcaption></figure>', 'Logo\nOurs'],
  ])('keeps the lines of a list of terms, of captions and of centred text: %s', (html, text) => {
    expect(textOf(html)).toBe(text);
  });

  it('is refused where it is too deep, also with closing tags of elements that are not open', () => {
    expect(isRenderable(`${'<div></x>'.repeat(2_000)}lost`)).toBe(false);
    expect(isRenderable('<div></div>'.repeat(2_000))).toBe(true);
  });

  it.each([
    '<img src="https://t.example/p.gif" width="1" height="1">',
    '<img src="https://t.example/p.gif" width=1 height=1 alt="pixel">',
    '<img src="https://t.example/p.gif" width="1px" height="1px" alt="x"/>',
    '<img src="https://t.example/p.gif" width="0" height="0" alt="x">',
    '<img src="https://t.example/p.gif" style="width:1px;height:1px;" alt="x">',
    '<img src="https://t.example/p.gif" style="WIDTH : 1px !important" alt="x">',
    '<img src="https://t.example/p.gif" style="display: none" alt="x">',
    '<img src="https://t.example/p.gif" alt="">',
    '<IMG SRC="https://t.example/p.gif" HEIGHT="1" alt="x">',
    '<img src="https://t.example/p.gif" hidden alt="x">',
    '<img src="https://t.example/p.gif" style="visibility:hidden" alt="x">',
    '<img src="https://t.example/p.gif" style="opacity:0" alt="x">',
    '<img src="https://t.example/p.gif" style="max-width:1px;border:0" alt="x">',
    '<img src="https://t.example/p.gif" width="01" alt="x">',
    '<img src="https://t.example/p.gif" height=" 1.0 " alt="x">',
    '<img src="https://t.example/p.gif" style="width:0.5px" alt="x">',
    '<img src="https://t.example/p.gif" style="height:0em" alt="x">',
    '<div style="display:none"><img src="https://t.example/p.gif" alt="x"></div>',
    '<span hidden><img src="https://t.example/p.gif" alt="x"></span>',
  ])('shows nothing of a tracking pixel: %s', (pixel) => {
    expect(textOf(`<p>Hello ${pixel}</p>${pixel}`)).toBe('Hello');
  });

  it.each(['width="10"', 'width="100%"', 'width="1%"', 'style="width:1em;height:1em"', 'style="width:1in"'])(
    'shows an image that readers see: %s',
    (size) => {
      expect(textOf(`<p>Hello <img src="https://x.example/party.png" ${size} alt="🎉"></p>`)).toBe('Hello 🎉');
    },
  );

  it.each([
    '<div style="display:none;max-height:0">x</div>',
    '<div style="DISPLAY : NONE !important">x</div>',
    '<p hidden>x</p>',
    '<template>x</template>',
    '<style>p { color: red }</style>',
    '<script>x()</script>',
    '<title>x</title>',
    '<!--[if mso]><table><tr><td>x</td></tr></table><![endif]-->',
    '<!-- x > x -->',
  ])('shows nothing that readers do not see: %s', (hidden) => {
    expect(textOf(`<p>Hello</p>${hidden}<p>Ana</p>`)).toBe('Hello\n\nAna');
  });

  it('shows what is for others than Outlook', () => {
    expect(textOf('<!--[if !mso]><!--><p>Hello</p><!--<![endif]--><![if !mso]><p>Ana</p><![endif]>')).toBe(
      'Hello\n\nAna',
    );
  });

  it.each(['javascript:buy()', 'JavaScript:buy()', 'data:text/html,x'])(
    'shows no link of a script or of data: %s',
    (link) => {
      expect(textOf(`<a href="${link}">Buy</a>`)).toBe('Buy');
    },
  );

  it.each([
    ['<ul><li>One</li><li>Two</li></ul>', ' * One\n * Two'],
    ['<pre>  One\n    Two</pre>', '  One\n    Two'],
    ['<table><tr><td></td><td>B</td></tr><tr><td>A</td><td>C</td></tr></table>', '  B\nA  C'],
    ['<fieldset><legend>Title</legend>Text</fieldset>', 'Title\nText'],
  ])('begins its first line as the others: %s', (html, text) => {
    expect(textOf(html)).toBe(text);
  });

  it('shows an image by its alternative text, and where a link goes', () => {
    const html =
      '<img src="https://x.example/logo.png" alt="Pregón" width="120"> <a href="https://x.example/buy">Buy</a>';

    expect(textOf(html)).toBe('Pregón Buy [https://x.example/buy]');
  });
});

describe('HTML that cannot be rendered', () => {
  it.each([
    ['div', 300],
    ['b', 2_000],
    ['blockquote', 4_000],
    ['table><tr><td', 2_000],
    ['ul><li', 5_000],
    ['i', 20_000],
  ])('is a row that is skipped: <%s> %i times', async (tag, times) => {
    const html = `${`<${tag}>`.repeat(times)}x`.slice(0, 64 * 1024);
    const { skippedRows, enqueued } = await readAll(
      `email,subject,content\nana@example.com,Hi,${html}\nbob@example.com,Hi,<p>x</p>\n`,
      { format: 'html' },
    );

    expect(enqueued).toBe(1);
    expect(skippedRows).toMatchObject([{ row: 1, code: 'content_not_renderable' }]);
    expect(typeof textOf(html)).toBe('string');
  });

  it('is not HTML with many elements beside each other, closed or not', () => {
    for (const item of ['<p>x', '<li>x', '<tr><td>x', '<br>', '<img src="x">', '<b>x</b>']) {
      expect(isRenderable(`<table>${item.repeat(3_000)}`)).toBe(true);
    }
  });

  it('is none that was let through, whatever it holds', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<div>',
        '</div>',
        '<table>',
        '<tr>',
        '<td>',
        '</td>',
        '<img width=1>',
        '<!--',
        '-->',
        '<ol start=1e99>',
      ),
      fc.constantFrom(
        '<a href="',
        '">',
        '&#x110000;',
        '&amp',
        '<style>',
        '</style>',
        '<pre>',
        '\u{10ffff}',
        '<![CDATA[',
        '<?',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
        expect(typeof textOf(pieces.join(''))).toBe('string');
      }),
      { numRuns: 100 },
    );
  });
});
