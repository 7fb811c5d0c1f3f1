import type { UploadOptions } from '../api/upload.ts';

/** What the user has chosen for a new campaign so far. */
export interface Draft {
  readonly file: File | undefined;
  /** Subject and content are written here; the file has addresses and variables. */
  readonly ownContent: boolean;
  readonly subject: string;
  readonly content: string;
  /** Undefined until it is chosen or does not matter. */
  readonly format: 'text' | 'html' | undefined;
  readonly campaignId: string;
  readonly fromName: string;
  readonly replyTo: string;
  readonly isScheduled: boolean;
  /** `2026-12-24`, in the time zone of the browser. */
  readonly date: string;
  /** `08:00`. */
  readonly time: string;
  readonly dryRun: boolean;
}

export const EMPTY_DRAFT: Draft = {
  file: undefined,
  ownContent: false,
  subject: '',
  content: '',
  format: undefined,
  campaignId: '',
  fromName: '',
  replyTo: '',
  isScheduled: false,
  date: '',
  time: '09:00',
  dryRun: false,
};

/** `POST /upload` takes files up to this size, in bytes. Larger ones go to S3. */
export const MAX_FORM_BYTES = 4 * 1024 * 1024;

export const isLarge = (file: File): boolean => file.size > MAX_FORM_BYTES;

/** The moment of the schedule. Undefined without one, and while date or time are not complete. */
export function sendAtOf({ isScheduled, date, time }: Draft): Date | undefined {
  if (!isScheduled) return undefined;
  const at = new Date(`${date}T${time}`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** The options of the upload. What the user left empty is left out. */
export function optionsOf(draft: Draft): UploadOptions {
  const sendAt = sendAtOf(draft);
  const { campaignId, fromName, replyTo, format, dryRun, ownContent, subject, content } = draft;
  return {
    ...(campaignId !== '' && { campaignId }),
    ...(fromName.trim() !== '' && { fromName: fromName.trim() }),
    ...(replyTo.trim() !== '' && { replyTo: replyTo.trim() }),
    ...(format !== undefined && { format }),
    ...(dryRun && { dryRun }),
    ...(sendAt !== undefined && { sendAt: sendAt.toISOString() }),
    ...(ownContent && { subject, content }),
  };
}

export const isCampaignId = (text: string): boolean => /^[a-z0-9-]{0,32}$/.test(text);
