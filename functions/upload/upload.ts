import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { uploadAnswer } from '../../api/campaign-answer.ts';
import { type IngestDeps, ingest } from '../../core/campaigns/ingest.ts';
import { bufferSource } from '../../core/csv/source.ts';
import { jsonAnswer } from '../common/http.ts';
import { problemJson } from '../common/problem-json.ts';
import { formIn, formParser, readForm } from './form.ts';

/** More rows than a file of 4 MB can hold. */
const MAX_ROWS = 2_000_000;

export interface UploadDeps extends IngestDeps {
  stateMachineArn: string;
}

/** Form in, campaign started, summary out: 202 the first time, 200 for a file that was uploaded before. */
export function createUpload(deps: UploadDeps) {
  async function upload(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
    const { file, options } = readForm(formIn(event));
    const ingested = await ingest(deps, { source: bufferSource(file), options, maxRows: MAX_ROWS });
    return jsonAnswer(ingested.duplicate ? 200 : 202, uploadAnswer(ingested, deps.stateMachineArn));
  }
  return middy(upload).use(problemJson()).use(formParser());
}
