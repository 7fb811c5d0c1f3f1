import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { campaignAnswer } from '../../api/campaign-answer.ts';
import {
  type CampaignAnswer,
  type CampaignListAnswer,
  campaignPathSchema,
  pageQuerySchema,
  redriveBodySchema,
} from '../../api/campaign-schema.ts';
import { parseInput, parseJsonBody } from '../../api/parse.ts';
import { type CampaignRecord, hasEnded } from '../../core/campaigns/campaign.ts';
import type { CampaignDeps } from '../../core/campaigns/deps.ts';
import { campaignProgress } from '../../core/campaigns/progress.ts';
import { redriveCampaign } from '../../core/campaigns/redrive.ts';
import { refreshCampaign } from '../../core/campaigns/refresh.ts';
import { stopCampaign } from '../../core/campaigns/stop.ts';
import { PregonError } from '../../core/errors.ts';
import { bodyText, jsonAnswer } from '../common/http.ts';
import { createReports, type ReportDeps } from './reports.ts';

type Event = Pick<
  APIGatewayProxyEventV2,
  'routeKey' | 'pathParameters' | 'queryStringParameters' | 'body' | 'isBase64Encoded'
>;
type Answer = APIGatewayProxyStructuredResultV2;

export type CampaignsDeps = CampaignDeps & ReportDeps;

/** The routes of campaigns: parse, ask the core, answer. */
export function createCampaigns(deps: CampaignsDeps): (event: Event) => Promise<Answer> {
  const reports = createReports(deps);

  const show = async (record: CampaignRecord): Promise<CampaignAnswer> =>
    campaignAnswer(record, await campaignProgress(deps, record), deps.stateMachineArn);

  async function standing({ pathParameters }: Event): Promise<CampaignRecord> {
    const { batchId } = pathOf(pathParameters);
    const record = await refreshCampaign(deps, batchId);
    if (!record) throw new PregonError('NotFound', `There is no campaign ${batchId}.`);
    return record;
  }

  /** Campaigns that have ended are not looked at again: a redrive made elsewhere is seen when one is opened. */
  const upToDate = async (record: CampaignRecord): Promise<CampaignRecord> =>
    hasEnded(record) ? record : ((await refreshCampaign(deps, record.batchId)) ?? record);

  const routes: Record<string, (event: Event) => Promise<Answer>> = {
    async 'GET /campaigns'({ queryStringParameters }) {
      const { limit, after } = parseInput(pageQuerySchema, queryStringParameters ?? {}, 'The query');
      const { campaigns, next } = await deps.store.list(after === undefined ? { limit } : { limit, after });
      const answer: CampaignListAnswer = {
        campaigns: await Promise.all(campaigns.map(async (record) => show(await upToDate(record)))),
        ...(next === undefined ? {} : { next }),
      };
      return jsonAnswer(200, answer);
    },

    'GET /campaigns/{batchId}': async (event) => jsonAnswer(200, await show(await standing(event))),

    async 'POST /campaigns/{batchId}/redrive'(event) {
      const { batchId } = pathOf(event.pathParameters);
      const { unconfirmed } = parseJsonBody(redriveBodySchema, bodyText(event));
      return jsonAnswer(202, await show(await redriveCampaign(deps, batchId, unconfirmed)));
    },

    async 'POST /campaigns/{batchId}/stop'({ pathParameters }) {
      const { batchId } = pathOf(pathParameters);
      return jsonAnswer(202, await show(await stopCampaign(deps, batchId)));
    },

    'GET /campaigns/{batchId}/skipped.csv': async (event) => reports.skipped(await standing(event)),
    'GET /campaigns/{batchId}/sends.csv': async (event) => reports.sends(await standing(event)),
  };

  return async (event) => {
    const route = routes[event.routeKey];
    if (!route) throw new PregonError('NotFound', `There is no route ${event.routeKey}.`);
    return route(event);
  };
}

const pathOf = (pathParameters: Event['pathParameters']) =>
  parseInput(campaignPathSchema, pathParameters ?? {}, 'The path');
