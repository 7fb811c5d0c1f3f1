import Cards, { type CardsProps } from '@cloudscape-design/components/cards';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useNarrow } from '../live/useMedia.ts';

interface ListTableProps<T>
  extends Pick<TableProps<T>, 'items' | 'header' | 'filter' | 'pagination' | 'empty' | 'loading' | 'loadingText'> {
  readonly trackBy: string | ((item: T) => string);
  readonly columns: readonly TableProps.ColumnDefinition<T>[];
  readonly label: string;
  /** The column that is the heading of a card. */
  readonly heading: string;
  /** The other columns of a card in their order, each with its share of the width in percent. */
  readonly sections: Readonly<Record<string, number>>;
  /** Columns whose name a card leaves out, because the value speaks for itself. */
  readonly unnamed?: readonly string[];
}

/** A list as a table or, on a narrow screen, as a card for each item. */
export function ListTable<T>({ columns, label, heading, sections, unnamed = [], ...common }: ListTableProps<T>) {
  const narrow = useNarrow();
  if (!narrow) {
    return (
      <Table
        {...common}
        variant="container"
        columnDefinitions={columns}
        wrapLines
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: label }}
      />
    );
  }
  const columnOf = (wanted: string) => columns.find(({ id }) => id === wanted);
  const section = ([id, width]: [string, number]): CardsProps.SectionDefinition<T>[] => {
    const column = columnOf(id);
    if (column === undefined) return [];
    return [{ id, width, content: column.cell, ...(!unnamed.includes(id) && { header: column.header }) }];
  };
  return (
    <Cards
      {...common}
      ariaLabels={{ itemSelectionLabel: () => '', selectionGroupLabel: '', cardsLabel: label }}
      cardDefinition={{
        header: (item) => columnOf(heading)?.cell(item),
        sections: Object.entries(sections).flatMap(section),
      }}
    />
  );
}
