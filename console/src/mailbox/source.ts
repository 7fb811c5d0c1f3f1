import type { MailboxMessage } from '../api/mailbox.ts';

/** The headers of a message by name, in the order in which mail programs show them. */
export function headersOf(message: MailboxMessage): readonly (readonly [string, string])[] {
  const { from, to, subject, sentAt, messageId, headers = {} } = message;
  const own: readonly (readonly [string, string | undefined])[] = [
    ['From', from],
    ['To', to],
    ['Subject', subject],
    ['Date', new Date(sentAt).toUTCString().replace('GMT', '+0000')],
    ['Message-ID', `<${messageId}>`],
  ];
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  return [
    ...own.flatMap(([name, value]) =>
      value === undefined || given.has(name.toLowerCase()) ? [] : [[name, value] as const],
    ),
    ...Object.entries(headers),
  ];
}

/**
 * The source of a message, composed of its parts as in RFC 5322 and RFC 2046. Providers compose the source themselves, and nobody sees
 * theirs here. Text is not encoded, so that it can be read.
 */
export function sourceOf(message: MailboxMessage): string {
  const { text, html } = message;
  const head = headersOf(message)
    .filter(([name]) => !/^(content-|mime-version)/i.test(name))
    .map(([name, value]) => `${name}: ${value}`);
  const parts = [
    ...(text === undefined ? [] : [{ type: 'text/plain', body: text }]),
    ...(html === undefined ? [] : [{ type: 'text/html', body: html }]),
  ];
  const [first] = parts;
  if (parts.length < 2) {
    const type = first?.type ?? 'text/plain';
    return [...head, ...mime(`${type}; charset=utf-8`), '', first?.body ?? ''].join('\r\n');
  }
  const boundary = `=_${message.messageId.replace(/[^\w]/g, '').slice(0, 40)}`;
  return [
    ...head,
    ...mime(`multipart/alternative; boundary="${boundary}"`),
    '',
    ...parts.flatMap(({ type, body }) => [`--${boundary}`, `Content-Type: ${type}; charset=utf-8`, '', body]),
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

const mime = (type: string) => ['MIME-Version: 1.0', `Content-Type: ${type}`];
