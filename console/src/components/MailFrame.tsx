/**
 * A mail's HTML in a frame without scripts, forms or an origin. The policy of the page lets it load nothing from elsewhere. `phone` shows it
 * as wide as a phone.
 */
export function MailFrame({ html, title, phone = false }: { html: string; title: string; phone?: boolean }) {
  return (
    <iframe
      sandbox=""
      title={title}
      srcDoc={html}
      className={phone ? 'pg-mail-frame pg-mail-phone' : 'pg-mail-frame'}
    />
  );
}
