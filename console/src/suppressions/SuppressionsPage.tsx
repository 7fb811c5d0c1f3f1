import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, useEffect, useMemo, useState } from 'react';
import { exportSuppressions, type SuppressionReason } from '../api/suppressions.ts';
import { saveAs } from '../components/download.ts';
import { ListTable } from '../components/ListTable.tsx';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { useNotify } from '../frame/notifications.tsx';
import { Empty, Failure } from '../frame/PageStates.tsx';
import { useQuery } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';
import { PageLinks } from '../paging/PageLinks.tsx';
import { SUPPRESSIONS_PATH } from '../sends/links.ts';
import { AddSuppression } from './AddSuppression.tsx';
import { type Imported, ImportResult, ImportSuppressions } from './ImportSuppressions.tsx';
import { RemoveSuppression } from './RemoveSuppression.tsx';
import { suppressionColumns } from './suppressionColumns.tsx';
import { useSuppressions } from './useSuppressions.ts';

/** The addresses that get no campaign mail: found, added, removed, imported and exported. */
export default function SuppressionsPage() {
  const texts = t.suppressions;
  usePageTitle([{ text: texts.title, href: SUPPRESSIONS_PATH }]);
  const [query, setQuery] = useQuery();
  const address = query.get('address')?.trim() ?? '';
  const list = useSuppressions(address);
  const [open, setOpen] = useState<'add' | 'import'>();
  const [removing, setRemoving] = useState<{ readonly address: string; readonly reason: SuppressionReason }>();
  const [imported, setImported] = useState<Imported>();
  const columns = useMemo(() => suppressionColumns((address, { reason }) => setRemoving({ address, reason })), []);
  const close = () => setOpen(undefined);
  const failure = list.error && (
    <Failure error={list.error} what={texts.title} retry={list.refresh} stale={list.items !== undefined} />
  );
  return (
    <SpaceBetween size="m">
      {list.items !== undefined && failure}
      {imported !== undefined && <ImportResult imported={imported} onDismiss={() => setImported(undefined)} />}
      <ListTable
        items={list.items ?? []}
        trackBy={({ address, since, erasedAt }) => address ?? `${since} ${erasedAt}`}
        columns={columns}
        label={texts.title}
        heading="address"
        sections={{ reason: 50, since: 50, send: 100, remove: 100 }}
        unnamed={['reason', 'remove']}
        loading={list.items === undefined && list.error === undefined}
        loadingText={t.common.loading(texts.title)}
        empty={list.items === undefined ? failure : <Nothing address={address} onAdd={() => setOpen('add')} />}
        filter={<Find key={address} address={address} />}
        header={
          <Header
            variant="h1"
            description={texts.description}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button iconName="refresh" ariaLabel={t.common.refresh} onClick={list.refresh} />
                <Export />
                <Button iconName="upload" onClick={() => setOpen('import')}>
                  {texts.import.action}
                </Button>
                <Button variant="primary" onClick={() => setOpen('add')}>
                  {texts.add.action}
                </Button>
              </SpaceBetween>
            }
          >
            {texts.title}
          </Header>
        }
        pagination={<PageLinks of={list} />}
      />
      {open === 'add' && (
        <AddSuppression
          initial={address}
          onDismiss={close}
          onDone={(added) => {
            // The list has no order in which the new entry would be on top.
            setQuery({ address: added });
            list.refresh();
          }}
        />
      )}
      {open === 'import' && (
        <ImportSuppressions
          onDismiss={close}
          onDone={(result) => {
            setImported(result);
            list.refresh();
          }}
        />
      )}
      {removing !== undefined && (
        <RemoveSuppression {...removing} onDismiss={() => setRemoving(undefined)} onDone={list.refresh} />
      )}
    </SpaceBetween>
  );
}

/** Finds one address: the list is stored by a hash of it, so a part of an address finds nothing. */
function Find({ address }: { address: string }) {
  const [, setQuery] = useQuery();
  const [text, setText] = useState(address);
  const search = (event: FormEvent) => {
    event.preventDefault();
    setQuery({ address: text.trim() });
  };
  // An emptied field ends the search without a further key.
  useEffect(() => {
    if (text === '' && address !== '') setQuery({ address: undefined });
  }, [text, address, setQuery]);
  return (
    <form onSubmit={search} className="pg-filters">
      <div className="pg-filter-text">
        <Input
          type="search"
          value={text}
          placeholder={t.suppressions.find}
          ariaLabel={t.suppressions.find}
          onChange={({ detail }) => setText(detail.value)}
        />
      </div>
    </form>
  );
}

function Nothing({ address, onAdd }: { address: string; onAdd: () => void }) {
  const [, setQuery] = useQuery();
  const texts = t.suppressions;
  const add = <Button onClick={onAdd}>{texts.add.action}</Button>;
  if (address === '') {
    return (
      <Empty title={texts.none} action={add}>
        {texts.noneHint}
      </Empty>
    );
  }
  const showAll = <Button onClick={() => setQuery({ address: undefined })}>{texts.showAll}</Button>;
  return (
    <Empty
      title={texts.notListed(address)}
      action={
        <div className="pg-centered">
          {showAll}
          {add}
        </div>
      }
    >
      {texts.notListedHint}
    </Empty>
  );
}

function Export() {
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const texts = t.suppressions.export;
  const save = async () => {
    setBusy(true);
    try {
      saveAs(await exportSuppressions(), 'suppressions.csv');
    } catch (error) {
      notify('error', texts.failed, error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button iconName="download" loading={busy} onClick={() => void save()}>
      {texts.action}
    </Button>
  );
}
