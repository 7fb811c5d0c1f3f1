import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, useEffect, useMemo, useState } from 'react';
import type { CampaignDetail } from '../api/campaigns.ts';
import { ListTable } from '../components/ListTable.tsx';
import { Empty, Failure } from '../frame/PageStates.tsx';
import { useQuery } from '../frame/router.ts';
import { t } from '../i18n/texts.ts';
import { PageLinks } from '../paging/PageLinks.tsx';
import { rowColumns } from './rowColumns.tsx';
import { rowFilterOf } from './rowFilters.ts';
import { useRows } from './useRows.ts';

/** The rows of a campaign: by status, or all with one address. The query's parameters choose them, so that a link can. */
export function RowsTable({ campaign }: { campaign: CampaignDetail }) {
  const [query] = useQuery();
  const filter = rowFilterOf(query.get('status'));
  const email = query.get('email') ?? '';
  const rows = useRows(campaign, filter, email);
  const texts = t.campaigns.rows;
  const columns = useMemo(() => rowColumns(campaign.executionArn), [campaign.executionArn]);
  return (
    <section id="rows" className="pg-anchor">
      <SpaceBetween size="s">
        {rows.error && (
          <Failure error={rows.error} what={texts.title} retry={rows.refresh} stale={rows.items !== undefined} />
        )}
        <ListTable
          items={rows.items ?? []}
          trackBy="key"
          columns={columns}
          label={texts.title}
          heading="email"
          sections={{ status: 40, number: 30, attempts: 30, reason: 100, subject: 100, trace: 40, at: 60 }}
          unnamed={['status']}
          loading={rows.items === undefined && rows.error === undefined}
          loadingText={t.common.loading(texts.title)}
          empty={
            <Empty title={texts.none}>{email !== '' || filter !== undefined ? texts.noneHint : texts.noneYet}</Empty>
          }
          filter={<Filters key={email} filter={filter} email={email} />}
          header={
            <Header
              variant="h2"
              actions={<Button iconName="refresh" ariaLabel={t.common.refresh} onClick={rows.refresh} />}
            >
              {texts.title}
            </Header>
          }
          pagination={<PageLinks of={rows} />}
        />
      </SpaceBetween>
    </section>
  );
}

function Filters({ filter, email }: { filter: string | undefined; email: string }) {
  const [, setQuery] = useQuery();
  const [text, setText] = useState(email);
  const texts = t.campaigns.rows;
  const any = { value: '', label: texts.any };
  const options = [any, ...Object.entries(texts.filters).map(([value, label]) => ({ value, label }))];
  const search = (event: FormEvent) => {
    event.preventDefault();
    setQuery({ email: text.trim() });
  };
  // An emptied field ends the search without a further key.
  useEffect(() => {
    if (text === '' && email !== '') setQuery({ email: undefined });
  }, [text, email, setQuery]);
  return (
    <div className="pg-filters">
      <form onSubmit={search} className="pg-filter-text">
        <Input
          type="search"
          value={text}
          placeholder={texts.find}
          ariaLabel={texts.find}
          onChange={({ detail }) => setText(detail.value)}
        />
      </form>
      <Select
        ariaLabel={texts.filterBy}
        selectedOption={options.find(({ value }) => value === (filter ?? '')) ?? any}
        options={options}
        onChange={({ detail }) => setQuery({ status: detail.selectedOption.value })}
      />
    </div>
  );
}
