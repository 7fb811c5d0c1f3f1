import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useMemo, useState } from 'react';
import { type MailboxMessage, readMailbox } from '../api/mailbox.ts';
import { MasterDetail } from '../components/MasterDetail.tsx';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { local } from '../frame/local.ts';
import { Empty, Failure } from '../frame/PageStates.tsx';
import { BASE, useQuery } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { useNarrow } from '../live/useMedia.ts';
import { PageLinks } from '../paging/PageLinks.tsx';
import { usePageNumbers, usePaging } from '../paging/usePaging.ts';
import { Message } from './Message.tsx';
import './mailbox.css';

const PAGE_SIZE = 50;
const POLL_MS = 2000;
/** A search reads thousands of messages. */
const SEARCH_POLL_MS = 15_000;

/** What the local providers accepted, the newest first. */
export default function MailboxPage() {
  usePageTitle([{ text: t.mailbox.title, href: `${BASE}/mailbox` }]);
  if (local === undefined) return <Empty title={t.mailbox.onlyLocal}>{t.mailbox.onlyLocalHint}</Empty>;
  return <Mailbox />;
}

function Mailbox() {
  const [query, setQuery] = useQuery();
  const search = query.get('search')?.trim() ?? '';
  const batchId = query.get('batch') ?? undefined;
  const [chosenKey, setChosenKey] = useState<string>();
  const paging = usePaging(`${batchId} ${search}`);
  const live = useLive(
    `mailbox ${batchId} ${search} ${paging.token ?? ''}`,
    (signal) => readMailbox({ search, batchId }, { size: PAGE_SIZE, token: paging.token }, signal),
    search === '' ? POLL_MS : SEARCH_POLL_MS,
  );
  const { data } = live;
  const numbers = usePageNumbers(paging, data !== undefined, data?.next);
  const chosen = data?.messages.find((message) => keyOf(message) === chosenKey);
  const texts = t.mailbox;
  const narrow = useNarrow();
  const columns = useMemo(() => columnsFor((message) => setChosenKey(keyOf(message)), narrow), [narrow]);
  const failure = live.error && (
    <Failure error={live.error} what={texts.title} retry={live.refresh} stale={data !== undefined} />
  );
  const table = (
    <Table
      variant="container"
      items={data?.messages ?? []}
      trackBy={keyOf}
      loading={data === undefined && live.error === undefined}
      loadingText={t.common.loading(texts.title)}
      columnDefinitions={columns}
      visibleColumns={narrow ? ['subject'] : ['subject', 'provider', 'at']}
      selectedItems={chosen === undefined ? [] : [chosen]}
      onRowClick={({ detail }) => setChosenKey(keyOf(detail.item))}
      sortingDisabled
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: texts.title }}
      header={
        <Header
          variant="h1"
          {...(data !== undefined && { counter: `(${formatCount(data.count)})` })}
          description={texts.description}
          actions={<Button iconName="refresh" ariaLabel={t.common.refresh} onClick={live.refresh} />}
        >
          {texts.title}
        </Header>
      }
      filter={
        <div className="pg-filters">
          <div className="pg-filter-text">
            <TextFilter
              filteringText={query.get('search') ?? ''}
              filteringPlaceholder={texts.find}
              filteringAriaLabel={texts.find}
              onChange={({ detail }) => setQuery({ search: detail.filteringText })}
            />
          </div>
          {batchId !== undefined && (
            <Button iconName="close" iconAlign="right" onClick={() => setQuery({ batch: undefined })}>
              {texts.onlyBatch(batchId.slice(0, 16))}
            </Button>
          )}
        </div>
      }
      pagination={<PageLinks of={numbers} />}
      empty={
        failure ??
        (search === '' && batchId === undefined ? (
          <Empty title={texts.none}>{texts.noneHint}</Empty>
        ) : (
          <Empty title={texts.noMatch}>{texts.noMatchHint}</Empty>
        ))
      }
    />
  );
  return (
    <MasterDetail
      title={chosen?.subject ?? texts.message}
      onDismiss={() => setChosenKey(undefined)}
      master={
        <SpaceBetween size="s">
          {data !== undefined && failure}
          {table}
        </SpaceBetween>
      }
      detail={chosen && <Message key={keyOf(chosen)} message={chosen} />}
      placeholder={
        <Container>
          <Empty title={texts.notChosen}>{texts.notChosenHint}</Empty>
        </Container>
      }
    />
  );
}

/** A message that went to several addresses has one message id. */
const keyOf = ({ messageId, to }: MailboxMessage): string => `${messageId} ${to}`;

const timeOf = ({ sentAt }: MailboxMessage): string => formatTime(Date.parse(sentAt) / 1000);

const columnsFor = (
  onChoose: (message: MailboxMessage) => void,
  isAlone: boolean,
): readonly TableProps.ColumnDefinition<MailboxMessage>[] => [
  {
    id: 'subject',
    header: t.mailbox.subject,
    isRowHeader: true,
    minWidth: 150,
    cell: (message) => (
      <span className="pg-message-line">
        <Link
          href="#"
          onFollow={(click) => {
            click.preventDefault();
            onChoose(message);
          }}
        >
          {message.subject ?? t.mailbox.noSubject}
        </Link>
        <span className="pg-muted">{message.to}</span>
        {isAlone && <span className="pg-muted">{timeOf(message)}</span>}
      </span>
    ),
  },
  { id: 'provider', header: t.mailbox.provider, width: 110, cell: ({ provider }) => provider },
  { id: 'at', header: t.mailbox.accepted, width: 190, cell: timeOf },
];
