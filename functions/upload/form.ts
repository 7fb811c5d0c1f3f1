import type { MiddlewareObj } from '@middy/core';
import httpMultipartBodyParser from '@middy/http-multipart-body-parser';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { parseInput } from '../../api/parse.ts';
import { encodingSchema, uploadFieldsSchema } from '../../api/upload.ts';
import type { CampaignOptions } from '../../core/campaigns/options.ts';
import { PregonError } from '../../core/errors.ts';

/** A Lambda's request has at most 6 MB, and base64 turns three bytes into four. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

export interface UploadForm {
  file: Buffer;
  options: CampaignOptions;
}

/** Values of the fields by name. A file is an object. */
type ParsedForm = Record<string, unknown>;

/** The parsed form, with which the body parser replaces the body. */
export const formIn = (event: APIGatewayProxyEventV2): ParsedForm => event.body as unknown as ParsedForm;

interface FormFile {
  filename?: string;
  mimetype?: string;
  /** From the content type of its part. */
  charset?: string;
  content: Buffer;
}

/**
 * The multipart body parser, with errors of the catalogue. It replaces the parser's own check of the header, which refuses a quoted
 * boundary although RFC 2046 allows it and some clients send it.
 */
export function formParser(): MiddlewareObj<APIGatewayProxyEventV2> {
  const parser = httpMultipartBodyParser({
    disableContentTypeCheck: true,
    // More than one file and field can pass, so that surplus ones are refused and not dropped.
    busboy: { limits: { fileSize: MAX_FILE_BYTES, files: 2, fields: 20, fieldSize: 1024, parts: MAX_PARTS } },
  });
  return {
    async before(request) {
      const contentType = request.event.headers['content-type'] ?? '';
      if (!/^multipart\/form-data\s*;/i.test(contentType)) {
        throw new PregonError('UnsupportedMedia', 'Send the CSV as multipart/form-data, in the field "file".');
      }
      if (!request.event.body) throw noFile();
      const charset = charsetOfFile(request.event);
      try {
        await parser.before?.(request as Parameters<NonNullable<typeof parser.before>>[0]);
      } catch (error) {
        throw refusalOf(error);
      }
      const { file } = formIn(request.event);
      if (charset !== undefined && isFile(file)) file.charset = charset;
    },
  };
}

const MAX_PARTS = 22;
const MAX_PART_HEADER = 8 * 1024;

/** The charset in the header of the file's part, which the body parser does not return. */
function charsetOfFile({ headers, body = '', isBase64Encoded }: APIGatewayProxyEventV2): string | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(headers['content-type'] ?? '') ?? [];
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const delimiter = `--${quoted ?? plain}\r\n`;
  let at = 0;
  for (let part = 0; part < MAX_PARTS; part++) {
    const start = bytes.indexOf(delimiter, at, 'latin1');
    if (start < 0) return undefined;
    at = start + delimiter.length;
    const header = bytes.toString('latin1', at, at + MAX_PART_HEADER).split('\r\n\r\n', 1)[0] ?? '';
    if (/^content-disposition:.*;\s*name="?file"?\s*(?:;|$)/im.test(header)) {
      const [, inQuotes, bare] = /^content-type:.*;\s*charset=(?:"([^"]*)"|([^;\s]+))/im.exec(header) ?? [];
      return inQuotes ?? bare;
    }
  }
  return undefined;
}

function refusalOf(error: unknown): PregonError {
  const status = (error as { statusCode?: unknown }).statusCode;
  if (status === 413) {
    return new PregonError(
      'FileTooLarge',
      `The file is larger than ${MAX_FILE_BYTES / 1024 / 1024} MB. Split it into several files, each with the header.`,
      { maxBytes: MAX_FILE_BYTES },
    );
  }
  return new PregonError('BadRequest', 'The body is not valid multipart/form-data.', {}, { cause: error });
}

/** Reads the file and the options of a parsed form. Throws BadRequest or UnsupportedMedia. */
export function readForm(form: ParsedForm): UploadForm {
  const fields: Record<string, unknown> = {};
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
  const options = parseInput(uploadFieldsSchema, fields, 'The form');
  const file = oneOf(files);
  refuseOtherMedia(file);
  const encoding = options.encoding ?? encodingOfPart(file);
  return {
    file: file.content,
    options: {
      ...(options.campaignId === undefined ? {} : { campaignId: options.campaignId }),
      ...(options.sendAt === undefined ? {} : { sendAt: options.sendAt }),
      dryRun: options.dryRun ?? false,
      format: options.format ?? 'text',
      ...(encoding === undefined ? {} : { encoding }),
    },
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
const encodingOfPart = ({ charset }: FormFile) =>
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
