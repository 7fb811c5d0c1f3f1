import { BASE } from '../frame/router.ts';

export const CAMPAIGNS_PATH = `${BASE}/campaigns`;
export const NEW_CAMPAIGN_PATH = `${CAMPAIGNS_PATH}/new`;
/** The same page with the example already chosen. */
export const EXAMPLE_PATH = `${NEW_CAMPAIGN_PATH}?example=1`;

export const campaignPath = (batchId: string): string => `${CAMPAIGNS_PATH}/${encodeURIComponent(batchId)}`;

/** The rows of a campaign with a status. */
export const rowsPath = (batchId: string, status: string): string => `${campaignPath(batchId)}?status=${status}`;
