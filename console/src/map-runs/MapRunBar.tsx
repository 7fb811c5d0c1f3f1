import type { MapRunCounts } from '../api/types.ts';
import { StackedBar } from '../components/StackedBar.tsx';
import { countOf, describeCounts, PARTS } from './counts.ts';

/** A stacked bar of the items by status. */
export function MapRunBar({ counts, thin = false }: { counts: MapRunCounts; thin?: boolean }) {
  const parts = PARTS.map((id) => ({ id, kind: id, count: countOf(counts, id) }));
  return <StackedBar parts={parts} label={describeCounts(counts)} thin={thin} />;
}
