import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type IngestDeps, ingest } from '../../core/campaigns/ingest.ts';
import { bufferSource } from '../../core/csv/source.ts';
import { uploadAnswer } from '../../core/http/campaign-answer.ts';
import { jsonAnswer } from '../shared/http.ts';
import { readForm } from './form.ts';

/** More rows than a file of 4 MB can hold. */
const MAX_ROWS = 2_000_000;

export interface UploadDeps extends IngestDeps {
  stateMachineArn: string;
}

/** Form in, campaign started, summary out: 202 the first time, 200 for a file that was uploaded before. */
export const createUpload =
  (deps: UploadDeps) =>
  async (form: Record<string, unknown>): Promise<APIGatewayProxyStructuredResultV2> => {
    const { file, options } = readForm(form);
    const ingested = await ingest(deps, { source: bufferSource(file), options, maxRows: MAX_ROWS });
    return jsonAnswer(ingested.duplicate ? 200 : 202, uploadAnswer(ingested, deps.stateMachineArn));
  };
