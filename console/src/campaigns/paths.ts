import { BASE } from '../frame/router.ts';

export const CAMPAIGNS_PATH = `${BASE}/campaigns`;
export const NEW_CAMPAIGN_PATH = '/docs#/Campaigns/uploadCampaign';

export const campaignPath = (batchId: string): string => `${CAMPAIGNS_PATH}/${encodeURIComponent(batchId)}`;

/** The rows of a campaign with a status. */
export const rowsPath = (batchId: string, status: string): string => `${campaignPath(batchId)}?status=${status}`;
