import { formatDuration } from '../format/time.ts';
import { useNow } from '../live/useNow.ts';

/** Time between two moments (epoch seconds), counting on while there is no end. */
export function Elapsed({ from, to }: { from: number; to: number | undefined }) {
  const now = useNow(1000, to === undefined);
  if (to !== undefined) return formatDuration(Math.round((to - from) * 1000));
  // Whole seconds while it counts: hundredths that jump by a second say nothing.
  return formatDuration(Math.max(1, Math.floor(now / 1000 - from)) * 1000);
}
