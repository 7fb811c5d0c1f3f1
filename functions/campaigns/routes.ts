import {
  type CampaignListAnswer,
  campaignAnswer,
  campaignDetailAnswer,
  campaignPathSchema,
  pageQuerySchema,
  type RedriveAnswer,
  redriveBodySchema,
} from '../../api/campaigns.ts';
import { parseInput, parseJsonBody } from '../../api/parse.ts';
import { reportQuerySchema } from '../../api/reports.ts';
import { sendListAnswer, sendsQuerySchema } from '../../api/sends.ts';
import type { CampaignRecord } from '../../core/campaigns/campaign.ts';
import type { CampaignDeps } from '../../core/campaigns/deps.ts';
import type { StartDeps } from '../../core/campaigns/ingest-start.ts';
import {
  campaignBreakdown,
  campaignProgress,
  type Progress,
  progressForCommand,
} from '../../core/campaigns/progress.ts';
import { redriveCampaign } from '../../core/campaigns/redrive.ts';
import { listCampaigns, refreshCampaign, unknownCampaign } from '../../core/campaigns/refresh.ts';
import { startHeld } from '../../core/campaigns/start.ts';
import { stopCampaign } from '../../core/campaigns/stop.ts';
import type { DynamoTable } from '../../core/dynamodb/table.ts';
import { withFeedback } from '../../core/ledger/feedback.ts';
import { listRows } from '../../core/ledger/list-rows.ts';
import { bodyText, callerOf, type HttpEvent, type HttpRoutes, jsonAnswer } from '../common/http.ts';
import { createReports, type ReportDeps } from './reports.ts';

/** Campaigns: their state, commands on them and their reports. */
export function campaignRoutes(deps: CampaignDeps & ReportDeps & StartDeps & { sends: DynamoTable }): HttpRoutes {
  const reports = createReports(deps);

  const answerOf = (record: CampaignRecord, progress: Progress) =>
    campaignAnswer(record, progress, deps.executions.arnOf(record.batchId));
  const show = async (record: CampaignRecord) => answerOf(record, await campaignProgress(deps, record));
  const showCommanded = async (record: CampaignRecord) => answerOf(record, await progressForCommand(deps, record));

  async function existing(event: HttpEvent): Promise<CampaignRecord> {
    const batchId = batchIdIn(event);
    const record = await refreshCampaign(deps, batchId);
    if (!record) throw unknownCampaign(batchId);
    return record;
  }

  return {
    async 'GET /campaigns'({ queryStringParameters = {} }) {
      const { limit, after } = parseInput(pageQuerySchema, queryStringParameters, 'The query');
      const { campaigns, ...rest } = await listCampaigns(deps, after ? { limit, after } : { limit });
      const answer: CampaignListAnswer = { campaigns: await Promise.all(campaigns.map(show)), ...rest };
      return jsonAnswer(200, answer);
    },

    async 'GET /campaigns/{batchId}'(event) {
      const record = await existing(event);
      const progress = await campaignProgress(deps, record);
      const breakdown = await campaignBreakdown(deps, record, progress);
      return jsonAnswer(200, campaignDetailAnswer(record, progress, breakdown, deps.executions.arnOf(record.batchId)));
    },

    async 'POST /campaigns/{batchId}/redrive'(event) {
      const { unconfirmed } = parseJsonBody(redriveBodySchema, bodyText(event));
      const { keyName } = callerOf(event);
      const { campaign, retrying } = await redriveCampaign(deps, batchIdIn(event), { unconfirmed, keyName });
      const answer: RedriveAnswer = { ...(await showCommanded(campaign)), retrying };
      return jsonAnswer(202, answer);
    },

    async 'POST /campaigns/{batchId}/start'(event) {
      const record = await startHeld(deps, batchIdIn(event));
      deps.telemetry.info('Campaign started', { batchId: record.batchId, key: callerOf(event).keyName });
      return jsonAnswer(202, await showCommanded(record));
    },

    'POST /campaigns/{batchId}/stop': async (event) =>
      jsonAnswer(202, await showCommanded(await stopCampaign(deps, batchIdIn(event), callerOf(event).keyName))),

    async 'GET /campaigns/{batchId}/sends'(event) {
      const { status, email, limit, after } = parseInput(
        sendsQuerySchema,
        event.queryStringParameters ?? {},
        'The query',
      );
      const batchId = batchIdIn(event);
      const record = await deps.store.get(batchId);
      if (!record) throw unknownCampaign(batchId);
      const filter = { ...(status && { statuses: status }), ...(email !== undefined && { email }) };
      const page = await listRows(deps.sends, record, filter, { limit, after: after || undefined });
      const sends = await withFeedback(deps.sends, page.sends);
      return jsonAnswer(200, sendListAnswer({ ...page, sends }));
    },

    'GET /campaigns/{batchId}/skipped.csv': async (event) => reports.skipped(await existing(event)),
    async 'GET /campaigns/{batchId}/sends.csv'(event) {
      const { status } = parseInput(reportQuerySchema, event.queryStringParameters ?? {}, 'The query');
      const statuses = status && [...new Set(status)];
      return reports.made(await existing(event), { kind: 'sends', ...(statuses && { statuses }) });
    },

    'GET /campaigns/{batchId}/failed.csv': async (event) => reports.made(await existing(event), { kind: 'failed' }),
  };
}

/** Throws NotFound for an id that no batch can have: DynamoDB refuses a key of more than 2 KB. */
function batchIdIn({ pathParameters = {} }: HttpEvent): string {
  const { data, success } = campaignPathSchema.safeParse(pathParameters);
  if (!success) throw unknownCampaign((pathParameters.batchId ?? '').slice(0, 100));
  return data.batchId;
}
