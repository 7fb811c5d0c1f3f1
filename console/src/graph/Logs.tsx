import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { useState } from 'react';
import { readLogs } from '../api/logs.ts';
import { TextBlock } from '../components/TextBlock.tsx';
import { Failure, Loading } from '../frame/PageStates.tsx';
import { later } from '../i18n/later.ts';
import { useLive } from '../live/useLive.ts';
import { readLogLine } from './logLine.ts';
import type { Attempt } from './trace.ts';

const texts = later.graph.logs;
const RUNNING_MS = 2000;
const ONCE_MS = 3_600_000;

/** What the Lambda function of a state logged in one try. It is read when it is opened. */
export function Logs({ functionName, attempt }: { functionName: string; attempt: Attempt }) {
  const [open, setOpen] = useState(false);
  const { startedAt, endedAt, requestId } = attempt;
  const { data, error, refresh } = useLive(
    open ? `logs ${functionName} ${startedAt} ${endedAt}` : undefined,
    (signal) => readLogs({ functionName, requestId, from: startedAt, to: endedAt ?? Date.now() / 1000 }, signal),
    endedAt === undefined ? RUNNING_MS : ONCE_MS,
  );
  const lines = data?.flatMap((line) => readLogLine(line) ?? []);
  return (
    <ExpandableSection headerText={texts.title} expanded={open} onChange={({ detail }) => setOpen(detail.expanded)}>
      {lines === undefined && error === undefined && <Loading what={texts.what} />}
      {error !== undefined && <Failure error={error} what={texts.theLogs} retry={refresh} />}
      {lines?.length === 0 && texts.none}
      {lines !== undefined && lines.length > 0 && <TextBlock text={lines.join('\n')} />}
    </ExpandableSection>
  );
}
