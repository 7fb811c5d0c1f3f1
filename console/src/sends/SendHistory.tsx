import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { SendDetail } from '../api/sends.ts';
import { formatTime } from '../format/time.ts';
import { t } from '../i18n/texts.ts';
import { historyOf } from './history.ts';
import './sends.css';

/** The timeline of a send, the oldest first. */
export function SendHistory({ send }: { send: SendDetail }) {
  const texts = t.sends.history;
  const isSilent = send.status === 'SENT' && send.provider === 'ses' && send.feedbackEvents.length === 0;
  return (
    <Container header={<Header variant="h2">{texts.title}</Header>}>
      <SpaceBetween size="s">
        <ol className="pg-history">
          {historyOf(send).map(({ id, type, text, at, detail }) => (
            <li key={id}>
              <span className="pg-muted pg-unbroken">
                {at === null ? '–' : formatTime(Date.parse(at) / 1000, true)}
              </span>
              <div>
                <StatusIndicator type={type}>{text}</StatusIndicator>
                {detail !== undefined && <div className="pg-cause pg-muted pg-small">{detail}</div>}
              </div>
            </li>
          ))}
        </ol>
        {isSilent && <Box color="text-body-secondary">{texts.noEvents}</Box>}
      </SpaceBetween>
    </Container>
  );
}
