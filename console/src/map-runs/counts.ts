import type { MapRunCounts } from '../api/types.ts';
import { later } from '../i18n/later.ts';

const texts = later.mapRuns;

/** The parts of a Map Run's bar, finished ones first. */
export const PARTS = ['succeeded', 'failed', 'timedOut', 'aborted', 'running', 'pendingRedrive', 'pending'] as const;

export type Part = (typeof PARTS)[number];

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
  const parts = PARTS.flatMap((id) => {
    const count = countOf(counts, id);
    return count === 0 ? [] : [`${count} ${texts.parts[id].toLowerCase()}`];
  });
  return [texts.countsDone(doneOf(counts), counts.total), ...(parts.length === 0 ? [] : [parts.join(', ')])].join(': ');
}
