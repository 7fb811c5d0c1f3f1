import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Pagination from '@cloudscape-design/components/pagination';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { Sample } from '../api/upload.ts';
import { MailFrame } from '../components/MailFrame.tsx';
import { TextBlock } from '../components/TextBlock.tsx';
import { formatCount } from '../format/number.ts';
import { t } from '../i18n/texts.ts';

type View = 'html' | 'phone' | 'text';

/** The first mails as they will be, to page through. */
export function Samples({ samples }: { samples: readonly Sample[] }) {
  const [index, setIndex] = useState(0);
  const [view, setView] = useState<View>('html');
  const texts = t.create.samples;
  const sample = samples[Math.min(index, samples.length - 1)];
  if (sample === undefined) return null;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={texts.description}
          actions={
            <Pagination
              currentPageIndex={index + 1}
              pagesCount={samples.length}
              onChange={({ detail }) => setIndex(detail.currentPageIndex - 1)}
              ariaLabels={{ paginationLabel: texts.title }}
            />
          }
        >
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={3}
          minColumnWidth={140}
          items={[
            { label: t.campaigns.rows.row, value: formatCount(sample.row) },
            { label: texts.to, value: <span className="pg-breaking">{sample.to}</span> },
            { label: t.campaigns.rows.subject, value: sample.subject },
          ]}
        />
        {sample.html != null && (
          <SegmentedControl
            label={texts.view}
            selectedId={view}
            onChange={({ detail }) => setView(detail.selectedId as View)}
            options={[
              { id: 'html', text: texts.html },
              { id: 'phone', text: texts.phone },
              { id: 'text', text: texts.text },
            ]}
          />
        )}
        {sample.html != null && view !== 'text' ? (
          <MailFrame html={sample.html} title={texts.frame(sample.subject)} phone={view === 'phone'} />
        ) : (
          <TextBlock text={sample.text} />
        )}
      </SpaceBetween>
    </Container>
  );
}
