import { later } from '../i18n/later.ts';
import type { StateStatus } from './trace.ts';

const SHOWN: readonly StateStatus[] = ['running', 'succeeded', 'caught', 'failed', 'aborted', 'notEntered'];

/** The legend of the colours. */
export function GraphLegend() {
  return (
    <ul className="pg-legend" aria-label={later.graph.legend}>
      {SHOWN.map((status) => (
        <li key={status}>
          <span className={`pg-swatch pg-state-${status}`} aria-hidden="true" />
          {later.graph.statuses[status]}
        </li>
      ))}
    </ul>
  );
}
