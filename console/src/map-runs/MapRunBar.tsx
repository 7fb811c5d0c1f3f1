import './map-runs.css';
import type { MapRunCounts } from '../api/types.ts';
import { countOf, describeCounts, PARTS } from './counts.ts';

/** A stacked bar of the items by status. */
export function MapRunBar({ counts, thin = false }: { counts: MapRunCounts; thin?: boolean }) {
  return (
    <span className={`pg-bar ${thin ? 'pg-bar-thin' : ''}`} role="img" aria-label={describeCounts(counts)}>
      {PARTS.map(({ id }) => {
        const count = countOf(counts, id);
        return count === 0 ? null : <span key={id} className={`pg-part pg-part-${id}`} style={{ flexGrow: count }} />;
      })}
    </span>
  );
}
