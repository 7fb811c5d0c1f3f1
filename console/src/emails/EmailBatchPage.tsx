import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, useState } from 'react';
import { type Email, getEmails } from '../api/emails.ts';
import { CopyableText } from '../components/CopyableText.tsx';
import { ListTable } from '../components/ListTable.tsx';
import { TextBlock } from '../components/TextBlock.tsx';
import { formatCount } from '../format/number.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import type { PageProps } from '../frame/pages.ts';
import { BASE, navigate } from '../frame/router.ts';
import { useLive } from '../live/useLive.ts';
import { useNarrow } from '../live/useMedia.ts';
import { EMAIL_COLUMNS } from './emailColumns.tsx';
import './emails.css';
import { later } from '../i18n/later.ts';

const PATH = `${BASE}/emails`;
const SOON_MS = 1000;
/** The sweep may retry failed emails, so polling goes on more slowly. */
const LATER_MS = 15_000;

/** Shows a batch of transactional email by its id, and keeps it up to date. */
export default function EmailBatchPage({ rest: batchId }: PageProps) {
  usePageTitle([
    { text: later.emails.title, href: PATH },
    ...(batchId === '' ? [] : [{ text: batchId, href: `${PATH}/${encodeURIComponent(batchId)}` }]),
  ]);
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description={later.emails.description}>
        {later.emails.title}
      </Header>
      <LookUp batchId={batchId} />
      {batchId !== '' && <Batch batchId={batchId} />}
    </SpaceBetween>
  );
}

function LookUp({ batchId }: { batchId: string }) {
  const [text, setText] = useState(batchId);
  const wanted = text.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted !== '') navigate(`${PATH}/${encodeURIComponent(wanted)}`);
  };
  return (
    <Container>
      <form onSubmit={submit} className="pg-look-up">
        <FormField label={later.emails.id} description={later.emails.idHint} stretch>
          <Input
            value={text}
            placeholder="a13fde72-b98a-4db0-b1f3-d9d20d594287"
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => setText(detail.value)}
          />
        </FormField>
        <Button variant="primary" formAction="submit" disabled={wanted === ''}>
          {later.emails.check}
        </Button>
      </form>
    </Container>
  );
}

function Batch({ batchId }: { batchId: string }) {
  const narrow = useNarrow();
  const texts = later.emails;
  const { data, error, loading, refresh } = useLive(
    batchId,
    async (signal) => ({ emails: await getEmails(batchId, signal) }),
    (found) => (found?.emails?.some(({ state }) => state === 'QUEUED') ? SOON_MS : LATER_MS),
  );
  if (loading) return <Loading what={texts.what} />;
  if (data === undefined) return error && <Failure error={error} what={texts.what} retry={refresh} />;
  const [first] = data.emails ?? [];
  if (data.emails === undefined || first === undefined) {
    return <Empty title={texts.unknown}>{texts.unknownHint}</Empty>;
  }
  const count = (state: Email['state']) =>
    formatCount(data.emails?.filter((email) => email.state === state).length ?? 0);
  return (
    <SpaceBetween size="m">
      {error && <Failure error={error} what={texts.what} retry={refresh} stale />}
      <Container>
        <KeyValuePairs
          columns={narrow ? 1 : 4}
          minColumnWidth={140}
          items={[
            { label: texts.from, value: first.from },
            { label: texts.subject, value: first.subject },
            {
              label: texts.count(formatCount(data.emails.length), data.emails.length),
              value: texts.summary(count('SENT'), count('QUEUED'), count('ERROR')),
            },
            { label: texts.batch, value: <CopyableText text={batchId} what={texts.copyId} /> },
          ]}
        />
        <ExpandableSection headerText={texts.content}>
          <TextBlock text={first.content} />
        </ExpandableSection>
      </Container>
      <Recipients emails={data.emails} refresh={refresh} />
    </SpaceBetween>
  );
}

function Recipients({ emails, refresh }: { emails: readonly Email[]; refresh: () => void }) {
  const texts = later.emails;
  return (
    <ListTable
      items={emails}
      trackBy="recipient"
      columns={EMAIL_COLUMNS}
      label={texts.recipients}
      heading="recipient"
      sections={{ state: 33, provider: 33, retries: 33, lastAttempt: 100, error: 100 }}
      header={
        <Header
          variant="h2"
          counter={`(${emails.length})`}
          actions={<Button iconName="refresh" ariaLabel={texts.refresh} onClick={refresh} />}
        >
          {texts.recipients}
        </Header>
      }
    />
  );
}
