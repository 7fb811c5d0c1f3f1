import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import type { MailboxMessage } from '../api/mailbox.ts';
import { CopyableText } from '../components/CopyableText.tsx';
import { saveAs } from '../components/download.ts';
import { MailFrame } from '../components/MailFrame.tsx';
import { Pane } from '../components/Pane.tsx';
import { TextBlock } from '../components/TextBlock.tsx';
import { formatTime } from '../format/time.ts';
import { t } from '../i18n/texts.ts';
import { sendLinks } from '../sends/links.ts';
import { headersOf, sourceOf } from './source.ts';

/** One message: who it went to, where it comes from, and its parts. */
export function Message({ message }: { message: MailboxMessage }) {
  const { to, from, subject, text, html, sentAt, provider, messageId } = message;
  const texts = t.mailbox;
  return (
    <Pane title={subject ?? texts.noSubject} description={to}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={2}
          items={[
            { label: texts.to, value: <span className="pg-breaking">{to}</span> },
            { label: texts.from, value: <span className="pg-breaking">{from ?? '–'}</span> },
            { label: texts.accepted, value: `${formatTime(Date.parse(sentAt) / 1000, true)}, ${provider}` },
            { label: texts.messageId, value: <CopyableText text={messageId} what={texts.messageId} /> },
          ]}
        />
        <SpaceBetween direction="horizontal" size="m">
          {sendLinks(message).map(({ text: label, href }) => (
            <Link key={href} href={href}>
              {label}
            </Link>
          ))}
        </SpaceBetween>
        <Tabs
          ariaLabel={texts.parts}
          tabs={[
            ...(html === undefined
              ? []
              : [{ id: 'html', label: 'HTML', content: <MailFrame html={html} title={texts.frame(subject ?? '')} /> }]),
            ...(text === undefined ? [] : [{ id: 'text', label: texts.text, content: <TextBlock text={text} /> }]),
            { id: 'headers', label: texts.headers, content: <Headers message={message} /> },
            { id: 'source', label: texts.source, content: <Source message={message} /> },
          ]}
        />
      </SpaceBetween>
    </Pane>
  );
}

function Headers({ message }: { message: MailboxMessage }) {
  return (
    <dl className="pg-message-headers">
      {headersOf(message).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Source({ message }: { message: MailboxMessage }) {
  const source = sourceOf(message);
  return (
    <SpaceBetween size="s">
      <Box fontSize="body-s" color="text-body-secondary">
        {t.mailbox.sourceHint}
      </Box>
      <TextBlock text={source} />
      <Button
        iconName="download"
        onClick={() => saveAs(new Blob([source], { type: 'message/rfc822' }), `${message.messageId}.eml`)}
      >
        {t.mailbox.download}
      </Button>
    </SpaceBetween>
  );
}
