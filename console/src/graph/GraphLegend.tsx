import { STATE_STATUS } from './status.ts';
import type { StateStatus } from './trace.ts';

const SHOWN: readonly StateStatus[] = ['running', 'succeeded', 'caught', 'failed', 'aborted', 'notEntered'];

/** The legend of the colours. */
export function GraphLegend() {
  return (
    <ul className="pg-legend" aria-label="Colours of the states">
      {SHOWN.map((status) => (
        <li key={status}>
          <span className={`pg-swatch pg-state-${status}`} aria-hidden="true" />
          {STATE_STATUS[status].text}
        </li>
      ))}
    </ul>
  );
}
