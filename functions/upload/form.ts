import type { MiddlewareObj } from '@middy/core';
import httpMultipartBodyParser from '@middy/http-multipart-body-parser';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { parseInput } from '../../api/parse.ts';
import { uploadFieldsSchema } from '../../api/upload-schema.ts';
import type { CampaignOptions } from '../../core/campaigns/options.ts';
import { PregonError } from '../../core/errors.ts';

/** A Lambda's request holds 6 MB, and base64 makes four bytes of three. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

export interface UploadForm {
  file: Buffer;
  options: CampaignOptions;
}

/** Fields by name, a file among them as an object. */
type ParsedForm = Record<string, unknown>;

/** The form, which the body parser puts where the body was. */
export const formIn = (event: APIGatewayProxyEventV2): ParsedForm => event.body as unknown as ParsedForm;

interface FormFile {
  filename?: string;
  mimetype?: string;
  content: Buffer;
}

/**
 * The multipart body parser, with its refusals in the product's words. The header check is ours: its own takes no boundary in quotes,
 * which RFC 2046 allows and some clients send.
 */
export function formParser(): MiddlewareObj<APIGatewayProxyEventV2> {
  const parser = httpMultipartBodyParser({
    disableContentTypeCheck: true,
    // Two files and then some, so that what is too much is seen and refused, not dropped.
    busboy: { limits: { fileSize: MAX_FILE_BYTES, files: 2, fields: 20, fieldSize: 1024, parts: 22 } },
  });
  return {
    async before(request) {
      const contentType = request.event.headers['content-type'] ?? '';
      if (!/^multipart\/form-data\s*;/i.test(contentType)) {
        throw new PregonError('UnsupportedMedia', 'Send the CSV as multipart/form-data, in the field "file".');
      }
      if (!request.event.body) throw noFile();
      try {
        await parser.before?.(request as Parameters<NonNullable<typeof parser.before>>[0]);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
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
  return new PregonError('BadRequest', 'The body is no valid multipart/form-data.', {}, { cause: error });
}

/** Takes the one file and the options out of a parsed form. Throws BadRequest or UnsupportedMedia. */
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
    // A browser sends an empty part for a file that nobody chose.
    if (fields.file === '') throw noFile();
    throw new PregonError('BadRequest', 'The field "file" holds text: send the CSV as a file, with a file name.');
  }
  const options = parseInput(uploadFieldsSchema, fields, 'The form');
  const file = oneOf(files);
  refuseOtherMedia(file);
  return {
    file: file.content,
    options: {
      ...(options.campaignId === undefined ? {} : { campaignId: options.campaignId }),
      ...(options.sendAt === undefined ? {} : { sendAt: options.sendAt }),
      dryRun: options.dryRun ?? false,
      format: options.format ?? 'text',
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

const noFile = () => new PregonError('BadRequest', 'There is no file: send the CSV in the field "file".');

/** Browsers name a CSV in many ways, by what is installed; these no one means for a text. */
function refuseOtherMedia({ mimetype = '' }: FormFile): void {
  if (/^(image|audio|video|font)\/|^application\/(pdf|zip|gzip|json)$/i.test(mimetype)) {
    throw new PregonError('UnsupportedMedia', `The file is not a CSV: it was sent as ${mimetype}.`);
  }
}

const isFile = (part: unknown): part is FormFile =>
  typeof part === 'object' && part !== null && 'content' in part && Buffer.isBuffer(part.content);
