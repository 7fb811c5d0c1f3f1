import Badge from '@cloudscape-design/components/badge';
import Link from '@cloudscape-design/components/link';
import type { TableProps } from '@cloudscape-design/components/table';
import { executionPath } from '../api/arn.ts';
import type { ExecutionItem } from '../api/types.ts';
import { Elapsed } from '../components/Elapsed.tsx';
import { ExecutionStatusLabel } from '../components/ExecutionStatusLabel.tsx';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { later } from '../i18n/later.ts';
import { t } from '../i18n/texts.ts';

const texts = later.executions;

const nameColumn = (names: ReadonlyMap<string, string>, width: number): TableProps.ColumnDefinition<ExecutionItem> => ({
  id: 'name',
  header: texts.name,
  isRowHeader: true,
  minWidth: 140,
  width,
  cell: ({ executionArn, name }) => (
    <span className="pg-name" title={name}>
      {executionArn.includes(':express:') ? (
        name
      ) : (
        <Link href={executionPath(executionArn)}>{names.get(executionArn) || name}</Link>
      )}
    </span>
  ),
});

const statusColumn = (
  errorRows: ReadonlyMap<string, number>,
  width: number,
): TableProps.ColumnDefinition<ExecutionItem> => ({
  id: 'status',
  header: t.common.status,
  minWidth: 130,
  width,
  cell: ({ name, status }) => <ExecutionStatusLabel status={status} errorRows={errorRows.get(name)} />,
});

const COLUMNS: TableProps.ColumnDefinition<ExecutionItem>[] = [
  { id: 'started', header: texts.started, minWidth: 170, width: 190, cell: (item) => formatTime(item.startDate) },
  {
    id: 'duration',
    header: texts.duration,
    minWidth: 100,
    width: 130,
    cell: (item) => <Elapsed from={item.startDate} to={item.stopDate} />,
  },
  {
    id: 'redrives',
    header: texts.redrives,
    minWidth: 100,
    width: 130,
    cell: (item) => <Redrives count={item.redriveCount ?? 0} />,
  },
  {
    id: 'ended',
    header: texts.ended,
    minWidth: 170,
    width: 190,
    cell: (item) => (item.stopDate === undefined ? '–' : formatTime(item.stopDate)),
  },
  {
    id: 'redriven',
    header: texts.lastRedrive,
    minWidth: 170,
    width: 190,
    cell: (item) => (item.redriveDate === undefined ? '–' : formatTime(item.redriveDate)),
  },
];

/**
 * The columns of executions: `names` by ARN where there is a better one than that of Step Functions, `errorRows` by name where rows of a
 * succeeded campaign are in ERROR.
 */
export const executionColumns = (
  names: ReadonlyMap<string, string>,
  ofMapRun: boolean,
  errorRows: ReadonlyMap<string, number>,
) => [
  nameColumn(names, ofMapRun ? 420 : 320),
  statusColumn(errorRows, ofMapRun ? 150 : 240),
  ...COLUMNS,
  ...(ofMapRun ? [ITEMS_COLUMN] : []),
];

/** Only for children that process a batch of items each. */
const ITEMS_COLUMN: TableProps.ColumnDefinition<ExecutionItem> = {
  id: 'items',
  header: texts.items,
  minWidth: 80,
  width: 100,
  cell: (item) => (item.itemCount === undefined ? '–' : formatCount(item.itemCount)),
};

function Redrives({ count }: { count: number }) {
  return count === 0 ? <span className="pg-muted">0</span> : <Badge color="blue">{`${count}×`}</Badge>;
}
