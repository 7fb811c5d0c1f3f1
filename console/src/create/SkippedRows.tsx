import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import { useState } from 'react';
import type { Preflight, SkippedRow } from '../api/upload.ts';
import { saveAs } from '../components/download.ts';
import { ListTable } from '../components/ListTable.tsx';
import { writeCsv } from '../format/csv.ts';
import { formatCount } from '../format/number.ts';
import { t } from '../i18n/texts.ts';

const PAGE_SIZE = 10;

interface SkippedRowsProps {
  readonly data: Pick<Preflight, 'skipped' | 'skippedRows'>;
  readonly fileName: string;
  /** By default that these rows would not be sent. */
  readonly description?: string;
}

/** The rows of a file that are left out, each with its reason, also as a file. */
export function SkippedRows({ data, fileName, description = t.create.skipped.description }: SkippedRowsProps) {
  const [page, setPage] = useState(1);
  const { skippedRows, skipped } = data;
  const texts = t.create.skipped;
  const download = () => {
    const lines = skippedRows.map(({ row, email, reason }) => [String(row), email, reason]);
    const csv = writeCsv([['row', 'email', 'reason'], ...lines]);
    saveAs(new Blob([csv], { type: 'text/csv' }), `${fileName.replace(/\.csv$/i, '')}-skipped.csv`);
  };
  return (
    <ListTable<SkippedRow>
      items={skippedRows.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)}
      trackBy="row"
      label={texts.title}
      heading="email"
      sections={{ row: 100, reason: 100 }}
      columns={[
        { id: 'row', header: t.campaigns.rows.row, minWidth: 70, width: 90, cell: ({ row }) => formatCount(row) },
        { id: 'email', header: t.campaigns.rows.email, isRowHeader: true, minWidth: 220, cell: ({ email }) => email },
        { id: 'reason', header: t.campaigns.rows.reason, minWidth: 280, cell: ({ reason }) => reason },
      ]}
      header={
        <Header
          variant="h2"
          counter={`(${formatCount(skipped)})`}
          description={
            skipped > skippedRows.length
              ? `${description} ${texts.first(formatCount(skippedRows.length))}`
              : description
          }
          actions={
            <Button iconName="download" onClick={download}>
              {t.campaigns.downloads.title}
            </Button>
          }
        >
          {texts.title}
        </Header>
      }
      {...(skippedRows.length > PAGE_SIZE && {
        pagination: (
          <Pagination
            currentPageIndex={page}
            pagesCount={Math.ceil(skippedRows.length / PAGE_SIZE)}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        ),
      })}
    />
  );
}
