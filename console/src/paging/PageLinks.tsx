import Pagination from '@cloudscape-design/components/pagination';
import type { PageNumbers } from './usePaging.ts';

/** The page numbers of a list, as links. */
export function PageLinks({ of: { page, pages, open, go } }: { of: PageNumbers }) {
  return (
    <Pagination
      currentPageIndex={page + 1}
      pagesCount={pages}
      openEnd={open}
      onChange={({ detail }) => go(detail.currentPageIndex - 1)}
      onNextPageClick={({ detail }) => go(detail.requestedPageIndex - 1)}
    />
  );
}
