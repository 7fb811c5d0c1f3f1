import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { Cause } from '../components/Cause.tsx';
import { Elapsed } from '../components/Elapsed.tsx';
import { formatTime } from '../format/time.ts';
import { later } from '../i18n/later.ts';
import { STATE_TYPES } from './status.ts';
import type { Attempt } from './trace.ts';

/** Every try of a state. The tries of each redrive have their own heading. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <ol className="pg-attempts" aria-label={later.graph.tries}>
      {attempts.map((attempt, index) => (
        <li key={`${attempt.startedAt} ${attempt.redrive} ${attempt.endedAt ?? index}`}>
          {attempt.redrive !== attempts[index - 1]?.redrive && attempt.redrive > 0 && (
            <div className="pg-attempt-redrive">{later.events.redrive(String(attempt.redrive))}</div>
          )}
          <div className="pg-attempt">
            <StatusIndicator type={STATE_TYPES[attempt.status]}>
              {attempt.error ?? later.graph.statuses[attempt.status]}
            </StatusIndicator>
            <span className="pg-muted">
              {formatTime(attempt.startedAt, true)} · <Elapsed from={attempt.startedAt} to={attempt.endedAt} />
            </span>
          </div>
          <Cause text={attempt.cause} error={attempt.error} quiet />
        </li>
      ))}
    </ol>
  );
}
