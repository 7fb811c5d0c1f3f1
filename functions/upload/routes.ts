import { uploadAnswer } from '../../api/upload.ts';
import type { Executions } from '../../core/campaigns/executions.ts';
import { type IngestDeps, ingest } from '../../core/campaigns/ingest.ts';
import { bufferSource } from '../../core/csv/source.ts';
import { type HttpAnswer, type HttpEvent, type HttpRoutes, jsonAnswer } from '../common/http.ts';
import { readForm } from './form.ts';

/** More rows than a file of 4 MB can hold. */
const MAX_ROWS = 2_000_000;

export interface UploadDeps extends IngestDeps {
  executions: Pick<Executions, 'start' | 'arnOf'>;
}

/** The upload of a campaign's CSV: 202 the first time, 200 for a file that was uploaded before. */
export function uploadRoutes(deps: UploadDeps): HttpRoutes {
  const upload = async (event: HttpEvent): Promise<HttpAnswer> => {
    const { file, options } = await readForm(event);
    const ingested = await ingest(deps, { source: bufferSource(file), options, maxRows: MAX_ROWS });
    return jsonAnswer(
      ingested.duplicate ? 200 : 202,
      uploadAnswer(ingested, deps.executions.arnOf(ingested.record.batchId)),
    );
  };
  return { 'POST /upload': upload, 'POST /campaigns/upload': upload };
}
