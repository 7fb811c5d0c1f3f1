import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { JsonView } from '../components/JsonView.tsx';
import { Pane } from '../components/Pane.tsx';
import { formatTime } from '../format/time.ts';
import { detailsOf } from '../graph/trace.ts';
import { later } from '../i18n/later.ts';
import type { EventRow } from './eventRows.ts';

/** One event with all its details. Members that contain JSON as text are parsed. */
export function EventDetails({ row }: { row: EventRow }) {
  const { event, state, redrive } = row;
  const texts = later.events;
  return (
    <Pane title={event.type} description={texts.eventNumber(String(event.id))}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={2}
          items={[
            { label: texts.time, value: formatTime(event.timestamp, true) },
            { label: texts.state, value: state ?? '–' },
            { label: texts.previous, value: event.previousEventId ?? 0 },
            { label: texts.run, value: redrive === 0 ? texts.firstRun : texts.redrive(String(redrive)) },
          ]}
        />
        <JsonView text={JSON.stringify(unfold(detailsOf(event)))} label={texts.details} />
      </SpaceBetween>
    </Pane>
  );
}

/** Parses fields that contain JSON as text. */
function unfold(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).map(([key, value]) => {
      if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return [key, value];
      try {
        return [key, JSON.parse(value)];
      } catch {
        return [key, value];
      }
    }),
  );
}
