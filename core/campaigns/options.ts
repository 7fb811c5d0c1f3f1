import type { Templates } from '../csv/template.ts';
import { MAX_SCHEDULE_DAYS } from '../dynamodb/expiry.ts';
import { PregonError } from '../errors.ts';
import type { CampaignRecord, ContentFormat } from './campaign.ts';

/** The options of an upload. `sendAt` is ISO 8601, UTC, with milliseconds. */
export interface CampaignOptions {
  campaignId?: string;
  sendAt?: string;
  dryRun: boolean;
  format: ContentFormat;
  /** The encoding of the file, by its name in the WHATWG standard. Detected when left out. */
  encoding?: string;
  templates?: Templates;
  /** The name in From, in place of the configured one. */
  fromName?: string;
  replyTo?: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Throws BadRequest when the time is past or more than 330 days ahead. */
export function checkSchedule(sendAt: string | undefined, now: number): void {
  if (sendAt === undefined) return;
  const at = Date.parse(sendAt);
  if (at < now)
    throw new PregonError('BadRequest', `sendAt is in the past: ${sendAt}. Leave it out to send now.`, {
      field: 'sendAt',
    });
  if (at > now + MAX_SCHEDULE_DAYS * DAY_MS) {
    const message = `sendAt is more than ${MAX_SCHEDULE_DAYS} days ahead: ${sendAt}.`;
    throw new PregonError('BadRequest', message, { field: 'sendAt' });
  }
}

/**
 * Throws Conflict, naming the batch and each difference, when the same file was uploaded with other options. `encoding` is the one that
 * was named or found; undefined where none was, and `'any'` where the bytes are not the same.
 */
export function checkSameOptions(
  existing: CampaignRecord,
  asked: Pick<CampaignOptions, 'format' | 'sendAt' | 'fromName' | 'replyTo'>,
  encoding: string | undefined | 'any',
): void {
  const differences = [
    ...(existing.format === asked.format ? [] : [`format was ${existing.format} and is now ${asked.format}`]),
    ...(['sendAt', 'fromName', 'replyTo'] as const)
      .filter((name) => existing[name] !== asked[name])
      .map((name) => `${name} was ${existing[name] ?? 'not given'} and is now ${asked[name] ?? 'not given'}`),
    ...(encoding === 'any' || existing.encoding === encoding
      ? []
      : [`encoding was ${existing.encoding} and is now ${encoding ?? 'not given'}`]),
  ];
  if (differences.length === 0) return;
  throw new PregonError(
    'Conflict',
    `This file was uploaded before as batch ${existing.batchId}, and ${differences.join('; ')}. ` +
      'Upload it with the same options to see its state, or with another campaignId to send it once more.',
    { batchId: existing.batchId, differences },
  );
}
