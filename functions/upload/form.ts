import type { Readable, Writable } from 'node:stream';
import httpMultipartBodyParser from '@middy/http-multipart-body-parser';
import { z } from 'zod';
import { parseInput } from '../../api/parse.ts';
import type { preflightFieldsSchema } from '../../api/preflight.ts';
import { campaignOptionsOf, encodingSchema, shownFileName, uploadFieldsSchema } from '../../api/upload.ts';
import type { CampaignOptions } from '../../core/campaigns/options.ts';
import { PregonError } from '../../core/errors.ts';
import { type HttpEvent, refuseCompressed } from '../common/http.ts';
import { boundaryOf, checkParts } from './multipart.ts';

/** A Lambda's request has at most 6 MB, and base64 turns three bytes into four. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

export interface UploadForm {
  file: Buffer;
  fileName?: string;
  options: CampaignOptions;
  /** Of a preflight. */
  testTo?: readonly string[];
}

interface FormFile {
  filename?: string;
  mimetype?: string;
  content: Buffer;
}

type FieldsSchema = typeof uploadFieldsSchema | typeof preflightFieldsSchema;

/** The file and the options of an upload form with these fields. Throws BadRequest, UnsupportedMedia or FileTooLarge. */
export async function readForm(event: HttpEvent, schema: FieldsSchema = uploadFieldsSchema): Promise<UploadForm> {
  const contentType = event.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new PregonError('UnsupportedMedia', 'Send the CSV as multipart/form-data, in the field "file".');
  }
  if (!event.body) throw noFile();
  refuseCompressed(event);
  const boundary = boundaryOf(contentType);
  const body = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  const parts = checkParts(body, boundary);
  const form = await parsed(body, boundary);
  return formOf(form, schema, parts.find(({ name, isFile }) => isFile && name === 'file')?.charset);
}

/** The values of the fields by name. A file is an object; a name that is there twice has a list. */
async function parsed(body: Buffer, boundary: string): Promise<Record<string, unknown>> {
  const event: Record<string, unknown> = {
    // In base64 whatever it was: only so the parser gets the bytes unchanged.
    body: body.toString('base64'),
    isBase64Encoded: true,
    // The parser's own check of this header refuses a quoted boundary, which RFC 2046 allows and some clients send.
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
  };
  try {
    await parser.before?.({ event } as unknown as Parameters<NonNullable<typeof parser.before>>[0]);
  } catch (error) {
    throw refusalOf(error);
  }
  return event.body as Record<string, unknown>;
}

/** Options of the form parser, which is a writable stream. */
const busboy = {
  // Browsers write file names in UTF-8: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
  defParamCharset: 'utf8',
  // More than one file can pass, so that a second one is refused and not dropped.
  limits: { fileSize: MAX_FILE_BYTES, files: 2 },
  /** Called before the first event. The parser leaves the errors of a file's stream without a listener, which would end the process. */
  write(this: Writable, ...chunk: Parameters<Writable['_write']>) {
    this.on('file', (_name, file: Readable) => file.on('error', (error) => this.emit('error', error)));
    return Object.getPrototypeOf(this)._write.call(this, ...chunk);
  },
};
const parser = httpMultipartBodyParser({ disableContentTypeCheck: true, busboy });

function refusalOf(error: unknown): PregonError {
  const status = (error as { statusCode?: unknown }).statusCode;
  if (status === 413) {
    return new PregonError(
      'FileTooLarge',
      `The file is larger than ${MAX_FILE_BYTES / 1024 / 1024} MB. Send it by POST /uploads, which takes 1 GB.`,
      { maxBytes: MAX_FILE_BYTES },
    );
  }
  return new PregonError(
    'BadRequest',
    'The form is not valid multipart/form-data. Send the file again.',
    {},
    { cause: error },
  );
}

function formOf(form: Record<string, unknown>, schema: FieldsSchema, charset: string | undefined): UploadForm {
  const fields: Record<string, unknown> = Object.create(null);
  const files: { field: string; file: FormFile }[] = [];
  for (const [field, value] of Object.entries(form)) {
    for (const part of Array.isArray(value) ? value : [value]) {
      if (isFile(part)) files.push({ field, file: part });
      else fields[field] = value;
    }
  }
  if ('file' in fields) {
    // Browsers send an empty part when no file is chosen.
    if (fields.file === '') throw noFile();
    throw new PregonError('BadRequest', 'The field "file" holds text: send the CSV as a file, with a file name.');
  }
  const options: z.output<typeof preflightFieldsSchema> = parseInput(schema, fields, 'The form');
  const file = oneOf(files);
  refuseOtherMedia(file);
  const fileName = shownFileName(file.filename ?? '');
  return {
    file: file.content,
    ...(fileName !== undefined && { fileName }),
    ...(options.testTo !== undefined && { testTo: options.testTo }),
    options: campaignOptionsOf(options, options.encoding === undefined ? encodingOfPart(charset) : undefined),
  };
}

function oneOf(files: { field: string; file: FormFile }[]): FormFile {
  const [first, second] = files;
  if (!first) throw noFile();
  if (second) throw new PregonError('BadRequest', 'There is more than one file: upload them one by one.');
  if (first.field !== 'file') {
    throw new PregonError('BadRequest', `The file is in the field "${first.field}": it belongs in the field "file".`);
  }
  if (!first.file.filename && first.file.content.length === 0) throw noFile();
  return first.file;
}

/** The encoding that the content type of the file's part names. */
const encodingOfPart = (charset: string | undefined) =>
  charset
    ? parseInput(z.object({ charset: encodingSchema }), { charset }, "The file's content type").charset
    : undefined;

const noFile = () => new PregonError('BadRequest', 'There is no file: send the CSV in the field "file".');

/** Browsers send CSV files with various types, depending on installed programs; these types never mean text. */
function refuseOtherMedia({ mimetype = '' }: FormFile): void {
  if (/^(image|audio|video|font)\/|^application\/(pdf|zip|gzip|json)$/i.test(mimetype)) {
    throw new PregonError('UnsupportedMedia', `The file is not a CSV: it was sent as ${mimetype}.`);
  }
}

const isFile = (part: unknown): part is FormFile =>
  typeof part === 'object' && part !== null && 'content' in part && Buffer.isBuffer(part.content);
