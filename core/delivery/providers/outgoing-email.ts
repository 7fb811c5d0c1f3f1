/** An address with the name that mail programs show. */
export interface Mailbox {
  email: string;
  name?: string | undefined;
}

/** One transactional email as a provider gets it. */
export interface OutgoingEmail {
  sendId: string;
  batchId: string;
  channel: string;
  from: Mailbox;
  to: Mailbox;
  subject: string;
  text: string;
  html?: string | undefined;
}

/** A way to send transactional email. */
export interface EmailProvider {
  readonly name: string;
  /**
   * Resolves once the provider accepted the email. Throws a PregonError otherwise: DeliveryUnconfirmed where it may have
   * accepted it, Throttled (with `retryAfterMs` where it says so), or an error that says it certainly did not.
   */
  send(email: OutgoingEmail): Promise<{ messageId: string }>;
}

/** `"Ana, Ltd." <ana@example.com>`: quoted, so that nothing in a name is read as another address. */
export function headerAddress({ email, name }: Mailbox): string {
  return name ? `"${name.replace(/["\\]/g, '\\$&')}" <${email}>` : email;
}
