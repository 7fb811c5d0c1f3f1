import { CONTENT_DAYS } from '../dynamodb/expiry.ts';
import type { CampaignRecord } from './campaign.ts';

/** What SES lets an account send in any 24 hours. Both count recipients. https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html */
export interface SendQuota {
  /** -1 is without limit. */
  max24HourSend: number;
  sentLast24Hours: number;
}

/** The quota holds for any period of 24 hours, so an email counts for exactly that long. */
export const QUOTA_WINDOW_MS = 24 * 60 * 60 * 1000;
/** An execution can be redriven while it is open for less than a year. */
const MAX_OPEN_DAYS = 365;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Emails that may be sent now. */
export const freeQuota = ({ max24HourSend, sentLast24Hours }: SendQuota): number =>
  max24HourSend < 0 ? Number.POSITIVE_INFINITY : Math.max(0, max24HourSend - sentLast24Hours);

export interface Plan extends SendQuota {
  rows: number;
  perSecond: number;
  /** When the first row leaves, in milliseconds since the epoch. */
  startAt: number;
}

/**
 * How often the quota stops a campaign, if nothing else is sent and the emails of the last 24 hours were all sent at this moment. That is
 * the worst case: GetAccount returns their number only.
 *
 * - What is free is sent first. If it is enough for all rows, or for 24 hours at this rate, nothing stops the campaign.
 * - 24 hours after a stop every earlier email is out of the window, so the whole quota is free. At a rate that does not use it up in 24
 *   hours there is no second stop. At a higher one each further stop comes after a whole quota.
 */
function stopsOf(plan: Plan): number {
  const { rows, perSecond, max24HourSend } = plan;
  const free = freeQuota(plan);
  const inOneWindow = perSecond * (QUOTA_WINDOW_MS / 1000);
  if (rows <= free || inOneWindow <= free) return 0;
  return inOneWindow <= max24HourSend ? 1 : Math.ceil((rows - free) / max24HourSend);
}

/**
 * When the last row leaves at the latest, in milliseconds since the epoch: the time that sending takes at the rate, and 24 hours for each stop. A
 * stopped campaign continues 24 hours later or earlier (see quota-sweep.ts). Infinity if the quota is 0.
 */
export const lastRowAt = (plan: Plan): number =>
  plan.startAt + stopsOf(plan) * QUOTA_WINDOW_MS + (plan.rows / plan.perSecond) * 1000;

/** The warning for a campaign that the quota will stop. Undefined if the quota is enough. */
export function quotaWarning(plan: Plan, now: number): string | undefined {
  // Then all that was sent until now is out of the window.
  const atStart = plan.startAt >= now + QUOTA_WINDOW_MS ? { ...plan, sentLast24Hours: 0 } : plan;
  if (stopsOf(atStart) === 0) return undefined;
  const allowed = `SES lets this account send ${count(plan.max24HourSend)} in 24 hours`;
  const free = freeQuota(plan);
  return `${allowed}; ${number(free)} ${free === 1 ? 'is' : 'are'} free now, and ${rowsOf(plan)} to send. ${outlook(atStart, now)}`;
}

function outlook(plan: Plan, now: number): string {
  if (plan.max24HourSend === 0) return 'No row leaves before SES raises the quota.';
  const last = lastRowAt(plan);
  const until = Math.min(plan.startAt + CONTENT_DAYS * DAY_MS, now + MAX_OPEN_DAYS * DAY_MS);
  return last > until
    ? `The campaign can be continued until ${dateOf(until)} only, which is not enough: split the file.`
    : `The campaign stops at the quota and continues by itself. Its last row leaves on ${dateOf(last)} at the latest, if nothing else is sent.`;
}

const dateOf = (at: number) => `${new Date(at).toISOString().slice(0, 10)} (UTC)`;

const number = (value: number) => value.toLocaleString('en-US');
const count = (emails: number) => `${number(emails)} ${emails === 1 ? 'email' : 'emails'}`;
const rowsOf = ({ rows }: Plan) => `${number(rows)} ${rows === 1 ? 'row is' : 'rows are'}`;

/**
 * When a campaign that has just FAILED continues by itself at the latest: 24 hours after SES refused an email for the quota. Undefined if
 * something else ended it.
 */
export const nextRetryAtOf = ({ accountError }: Pick<CampaignRecord, 'accountError'>): string | undefined =>
  accountError?.code === 'DailyQuotaExceeded' ? new Date(accountError.at + QUOTA_WINDOW_MS).toISOString() : undefined;
