import { preflightAnswer, preflightFieldsSchema } from '../../api/preflight.ts';
import { uploadAnswer } from '../../api/upload.ts';
import type { CampaignDeps } from '../../core/campaigns/deps.ts';
import { type IngestDeps, ingest } from '../../core/campaigns/ingest.ts';
import { type PreflightDeps, preflight } from '../../core/campaigns/preflight.ts';
import { campaignProgress } from '../../core/campaigns/progress.ts';
import { refreshCampaign } from '../../core/campaigns/refresh.ts';
import { bufferSource } from '../../core/csv/source.ts';
import { callerOf, type HttpAnswer, type HttpEvent, type HttpRoutes, jsonAnswer } from '../common/http.ts';
import { readForm } from './form.ts';

/** More rows than a file of 4 MB can hold. */
const MAX_ROWS = 2_000_000;

export type UploadDeps = IngestDeps & CampaignDeps & PreflightDeps;

/**
 * The upload of a campaign's CSV: 202 the first time, 200 with the counts so far for a file that was uploaded before. And its preflight,
 * which answers what an upload would do.
 */
export function uploadRoutes(deps: UploadDeps): HttpRoutes {
  const upload = async (event: HttpEvent): Promise<HttpAnswer> => {
    const { file, fileName, options } = await readForm(event);
    const { keyName } = callerOf(event);
    const ingested = await ingest(deps, {
      source: bufferSource(file),
      options,
      maxRows: MAX_ROWS,
      fileName,
      keyName,
    });
    const { batchId } = ingested.record;
    deps.telemetry.info('Campaign uploaded', { batchId, duplicate: ingested.duplicate, key: keyName });
    const executionArn = deps.executions.arnOf(batchId);
    if (!ingested.duplicate) return jsonAnswer(202, uploadAnswer(ingested, executionArn));
    const record = (await refreshCampaign(deps, batchId)) ?? ingested.record;
    const { counts } = await campaignProgress(deps, record);
    return jsonAnswer(200, uploadAnswer({ ...ingested, record }, executionArn, counts));
  };
  const check = async (event: HttpEvent): Promise<HttpAnswer> => {
    const { file, options, testTo } = await readForm(event, preflightFieldsSchema);
    const { headers, requestContext } = event;
    const api = `${headers['x-forwarded-proto'] ?? 'https'}://${requestContext.domainName}`;
    const found = await preflight(deps, {
      source: bufferSource(file),
      options,
      maxRows: MAX_ROWS,
      testTo,
      // No token: nobody unsubscribes by a sample.
      unsubscribeUrl: `${api}/unsubscribe/sample`,
    });
    return jsonAnswer(200, preflightAnswer(found));
  };

  return { 'POST /upload': upload, 'POST /campaigns/upload': upload, 'POST /campaigns/preflight': check };
}
