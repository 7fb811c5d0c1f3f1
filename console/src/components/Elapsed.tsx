import { formatDuration } from '../format/time.ts';
import { useNow } from '../live/useNow.ts';

/** The time between two moments (epoch seconds). It counts up while there is no end. */
export function Elapsed({ from, to }: { from: number; to: number | undefined }) {
  const now = useNow(1000, to === undefined);
  if (to !== undefined) return formatDuration(Math.round((to - from) * 1000));
  // Whole seconds while it counts up, because it is updated once a second.
  return formatDuration(Math.max(1, Math.floor(now / 1000 - from)) * 1000);
}
