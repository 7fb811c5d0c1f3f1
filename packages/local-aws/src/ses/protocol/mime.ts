export interface MimeMessage {
  readonly from?: string;
  readonly to: readonly string[];
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  /** All headers of the message, by their names as written. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads what a mail program shows of a raw message: the headers, and its text and HTML parts. */
export function readMime(raw: string): MimeMessage {
  const { headers, named, body } = split(raw);
  const parts = bodies(headers, body);
  const from = headers.get('from');
  const subject = headers.get('subject');
  return {
    to: ['to', 'cc', 'bcc']
      .flatMap((name) => headers.get(name)?.split(',') ?? [])
      .filter((address) => address.trim() !== ''),
    ...(from === undefined ? {} : { from: decodeWords(from) }),
    ...(subject === undefined ? {} : { subject: decodeWords(subject) }),
    ...parts,
    headers: named,
  };
}

type Headers = ReadonlyMap<string, string>;

function split(raw: string): { headers: Headers; named: Record<string, string>; body: string } {
  const match = /\r?\n\r?\n/.exec(raw);
  const head = match ? raw.slice(0, match.index) : raw;
  const headers = new Map<string, string>();
  const named: Record<string, string> = {};
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    headers.set(name.toLowerCase(), value);
    named[name] = value;
  }
  return { headers, named, body: match ? raw.slice(match.index + match[0].length) : '' };
}

function bodies(headers: Headers, body: string): { text?: string; html?: string } {
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary !== undefined) {
    const found: { text?: string; html?: string } = {};
    for (const part of body.split(`--${boundary}`).slice(1, -1)) {
      const inner = split(part.replace(/^\r?\n/, ''));
      const { text, html } = bodies(inner.headers, inner.body.replace(/\r?\n$/, ''));
      // The first part of a type is the message; later ones are attachments.
      if (text !== undefined) found.text ??= text;
      if (html !== undefined) found.html ??= html;
    }
    return found;
  }
  const content = decodeBody(body, headers.get('content-transfer-encoding')?.toLowerCase());
  if (/^text\/html/i.test(type)) return { html: content };
  return /^text\//i.test(type) ? { text: content } : {};
}

function decodeBody(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding === 'quoted-printable') return fromQuoted(body.replace(/=\r?\n/g, ''));
  return body;
}

/** Decodes the encoded words of RFC 2047, such as `=?utf-8?Q?=C2=A1Hola!?=`. */
export function decodeWords(text: string): string {
  return text.replace(/=\?[^?]+\?([bq])\?([^?]*)\?=(?:\s+(?==\?))?/gi, (_word, kind: string, encoded: string) =>
    kind.toLowerCase() === 'b'
      ? Buffer.from(encoded, 'base64').toString('utf8')
      : fromQuoted(encoded.replaceAll('_', ' ')),
  );
}

function fromQuoted(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const decoded = bytes.replace(/=([0-9A-F]{2})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1').toString('utf8');
}
