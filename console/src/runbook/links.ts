export const RUNBOOK = '/console/runbook';

/** Sections of the runbook, by their anchors, for the error of a campaign that ended. */
const SECTIONS: Readonly<Record<string, string>> = {
  DailyQuotaExceeded: 'the-daily-quota',
  TooManyBounces: 'alarm-protection-stopped',
  TooManyComplaints: 'alarm-protection-stopped',
};

export const UNCONFIRMED = 'unconfirmed-rows';
export const FAILED = 'a-campaign-ended-failed';

/** The anchors that the console links to. */
export const LINKED_SECTIONS: readonly string[] = [...Object.values(SECTIONS), UNCONFIRMED, FAILED];

/** The section of the runbook about the error of a campaign that ended, or about its unconfirmed rows. */
export function runbookPath(error: string | undefined, hasUnconfirmed: boolean): string {
  const section = SECTIONS[error ?? ''] ?? (hasUnconfirmed ? UNCONFIRMED : FAILED);
  return `${RUNBOOK}#${section}`;
}
