import type { MapRunCounts } from '../api/types.ts';

/** The parts of a Map Run's bar, finished ones first. */
export const PARTS = [
  { id: 'succeeded', text: 'Succeeded' },
  { id: 'failed', text: 'Failed' },
  { id: 'timedOut', text: 'Timed out' },
  { id: 'aborted', text: 'Aborted' },
  { id: 'running', text: 'Running' },
  { id: 'pendingRedrive', text: 'Pending redrive' },
  { id: 'pending', text: 'Pending' },
] as const;

export type Part = (typeof PARTS)[number]['id'];

/** The count of one part. Endpoints without redrive leave out `pendingRedrive`. */
export function countOf(counts: MapRunCounts, part: Part): number {
  return counts[part] ?? 0;
}

/** The number of items that are done. Aborted ones are not: a redrive runs them again. */
export function doneOf(counts: MapRunCounts): number {
  return counts.succeeded + counts.failed + counts.timedOut;
}

/** `4,210 of 5,000 done: 4,200 succeeded, 10 failed, 790 pending`. */
export function describeCounts(counts: MapRunCounts): string {
  const parts = PARTS.flatMap(({ id, text }) => {
    const count = countOf(counts, id);
    return count === 0 ? [] : [`${count} ${text.toLowerCase()}`];
  });
  return `${doneOf(counts)} of ${counts.total} done${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}
