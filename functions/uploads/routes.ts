import { parseInput, parseJsonBody } from '../../api/parse.ts';
import { campaignOptionsOf } from '../../api/upload.ts';
import { newUploadSchema, type UploadLinkAnswer, uploadPathSchema, uploadStateAnswer } from '../../api/uploads.ts';
import { checkSchedule } from '../../core/campaigns/options.ts';
import type { Clock } from '../../core/clock.ts';
import { PregonError } from '../../core/errors.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { UploadObjects } from '../../core/uploads/objects.ts';
import { type UploadStore, URL_VALID_MS } from '../../core/uploads/store.ts';
import { MAX_UPLOAD_BYTES } from '../../core/uploads/upload.ts';
import { bodyText, callerOf, type HttpRoutes, jsonAnswer } from '../common/http.ts';

export interface UploadsDeps {
  uploads: Pick<UploadStore, 'create' | 'get'>;
  files: Pick<UploadObjects, 'link'>;
  clock: Clock;
  newUploadId(): string;
  telemetry: Pick<Telemetry, 'info'>;
}

/** Uploads of files that are too large for a request: an address for the file, and what became of it. */
export function uploadsRoutes({ uploads, files, clock, newUploadId, telemetry }: UploadsDeps): HttpRoutes {
  return {
    async 'POST /uploads'(event) {
      const { size, fileName, sha256, hold, ...fields } = parseJsonBody(newUploadSchema, bodyText(event));
      if (size > MAX_UPLOAD_BYTES) {
        const message = `The file has ${size} bytes, and at most ${MAX_UPLOAD_BYTES} (1 GB) are taken. Split it into several files, each with the header.`;
        throw new PregonError('FileTooLarge', message, { maxBytes: MAX_UPLOAD_BYTES });
      }
      const options = campaignOptionsOf(fields);
      checkSchedule(options.sendAt, clock.now());
      const { keyName } = callerOf(event);
      const upload = await uploads.create(newUploadId(), {
        size,
        fileName,
        hold: hold ?? false,
        options,
        ...(sha256 !== undefined && { sha256 }),
        ...(keyName !== undefined && { keyName }),
      });
      const { uploadId } = upload;
      telemetry.info('Upload created', { uploadId, size, key: keyName });
      const answer: UploadLinkAnswer = {
        uploadId,
        ...(await files.link(upload, URL_VALID_MS)),
        method: 'PUT',
        expiresAt: new Date(upload.urlExpiresAt).toISOString(),
        maxBytes: MAX_UPLOAD_BYTES,
      };
      return jsonAnswer(201, answer, { location: `/uploads/${uploadId}` });
    },

    async 'GET /uploads/{uploadId}'({ pathParameters = {} }) {
      const { uploadId } = parseInput(uploadPathSchema, pathParameters, 'The path', 'NotFound');
      const upload = await uploads.get(uploadId);
      if (!upload) throw new PregonError('NotFound', `There is no upload ${uploadId}.`);
      return jsonAnswer(200, uploadStateAnswer(upload));
    },
  };
}
