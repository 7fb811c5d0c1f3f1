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

/** `"Ana, Ltd." <ana@example.com>`: quoted, so that nothing in a name is read as another address. */
export function headerAddress({ email, name }: Mailbox): string {
  return name ? `"${name.replace(/["\\]/g, '\\$&')}" <${email}>` : email;
}
