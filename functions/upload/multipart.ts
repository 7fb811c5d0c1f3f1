import { isUtf8 } from 'node:buffer';
import { PregonError } from '../../core/errors.ts';

/** A part of a form, as its header describes it. */
export interface FormPart {
  name: string;
  isFile: boolean;
  charset?: string | undefined;
}

const MAX_PARTS = 20;
const MAX_PART_HEADER = 8 * 1024;
/** Of text fields; the file has a limit of its own. A template's content is checked again once its line breaks are LF. */
const MAX_FIELD_BYTES = 1024;
const MAX_LONG_FIELD_BYTES: Readonly<Record<string, number>> = {
  subject: 4 * 1024,
  content: 128 * 1024,
  testTo: 2 * 1024,
};
const MAX_NAME = 100;
const END_OF_HEADER = Buffer.from('\r\n\r\n');

/** The boundary that the content type names. Throws BadRequest. */
export function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^;"\s]*))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (!boundary) {
    throw new PregonError(
      'BadRequest',
      'The boundary is missing in Content-Type: multipart/form-data; boundary=... Let the HTTP client write this header.',
    );
  }
  // RFC 2046, section 5.1.1.
  if (/^[ -~]{1,70}$/.test(boundary) && !/[\\"]/.test(boundary)) return boundary;
  throw new PregonError('BadRequest', 'The boundary in Content-Type must be 1 to 70 printable ASCII characters.');
}

/**
 * Checks a form before it is parsed, and answers its parts. The parser leaves out parts whose header it cannot read, cuts long fields and
 * takes the last of two fields with one name: a lost `dryRun` would send. Throws BadRequest that names the part.
 */
export function checkParts(form: Buffer, boundary: string): FormPart[] {
  // Each delimiter begins with a line break, which the first may lack.
  const body = Buffer.concat([Buffer.from('\r\n'), form]);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts: FormPart[] = [];
  let at = body.indexOf(delimiter);
  if (at < 0) throw refused(`the boundary "${boundary}" of Content-Type is not in it`);
  for (;;) {
    const start = at + delimiter.length;
    const after = body.toString('latin1', start, start + 2);
    if (after === '--') return parts;
    const where = `part ${parts.length + 1}`;
    if (after === '') throw cutOff(where);
    if (after !== '\r\n') throw refused(`${where} does not begin with a line break (CRLF) after its boundary`);
    if (parts.length === MAX_PARTS) throw refused(`it has more than ${MAX_PARTS} parts`);
    const endOfHeader = body.indexOf(END_OF_HEADER, start);
    at = body.indexOf(delimiter, start);
    if (endOfHeader < 0 || (at >= 0 && endOfHeader > at)) {
      throw at < 0 ? cutOff(where) : refused(`${where} has no header that ends with an empty line`);
    }
    if (endOfHeader - start > MAX_PART_HEADER) throw refused(`the header of ${where} is longer than 8 KB`);
    const part = partOf(body.toString('utf8', start + 2, endOfHeader), where);
    if (at < 0) throw cutOff(`${where} ("${part.name}")`);
    if (!part.isFile) checkField(part, body.subarray(endOfHeader + END_OF_HEADER.length, at), parts);
    parts.push(part);
  }
}

function partOf(header: string, where: string): FormPart {
  const lines = header.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  if (lines.some((line) => !/^[!#$%&'*+.^_`|~\w-]+:[^\r\n\0]*$/.test(line))) {
    throw refused(`the header of ${where} has a line that is not "Name: value"`);
  }
  const value = (name: string) =>
    lines.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1);
  const disposition = value('content-disposition') ?? '';
  const name = parameter(disposition, 'name');
  if (!/^\s*form-data\s*;/i.test(disposition) || !name) {
    throw refused(`${where} has no Content-Disposition: form-data; name="..."`);
  }
  if (name.length > MAX_NAME) throw refused(`the name of ${where} is longer than ${MAX_NAME} characters`);
  const encoding = value('content-transfer-encoding')?.trim() ?? '8bit';
  if (!/^(7bit|8bit|binary)$/i.test(encoding)) {
    throw refused(
      `${where} ("${name}") is sent as ${encoding.slice(0, 40)}: forms have no such encoding, send the bytes as they are`,
    );
  }
  const type = value('content-type') ?? '';
  return {
    name,
    isFile: /;\s*filename\*?\s*=/i.test(disposition) || /^\s*application\/octet-stream\b/i.test(type),
    charset: parameter(type, 'charset'),
  };
}

const parameter = (value: string, name: string): string | undefined => {
  const [, quoted, plain] =
    new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(value) ?? [];
  return quoted ?? plain;
};

function checkField({ name, charset }: FormPart, value: Buffer, earlier: readonly FormPart[]): void {
  const most = Object.hasOwn(MAX_LONG_FIELD_BYTES, name) ? MAX_LONG_FIELD_BYTES[name] : MAX_FIELD_BYTES;
  if (value.length > (most ?? 0)) throw refused(`the field "${name}" is longer than ${most} bytes`);
  // The parser would put U+FFFD in place of the bytes, which would be mailed.
  if ((charset === undefined || /^utf-?8$/i.test(charset)) && !isUtf8(value)) {
    throw refused(`the field "${name}" is not UTF-8`);
  }
  if (earlier.some((part) => part.name === name && !part.isFile)) {
    throw refused(`the field "${name}" is there more than once`);
  }
}

const refused = (what: string) => new PregonError('BadRequest', `The form is not valid multipart/form-data: ${what}.`);
const cutOff = (where: string) => refused(`it breaks off in ${where}. Send the file again`);
