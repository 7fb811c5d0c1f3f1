import BreadcrumbGroup, { type BreadcrumbGroupProps } from '@cloudscape-design/components/breadcrumb-group';
import { createContext, useContext, useEffect } from 'react';
import { t } from '../i18n/texts.ts';

export type Crumb = BreadcrumbGroupProps.Item;

/** Set by the frame; pages use `usePageTitle`. */
export const CrumbsContext = createContext<(crumbs: readonly Crumb[]) => void>(() => undefined);

/** Sets the page's breadcrumbs and the window's title, which is the last breadcrumb. */
export function usePageTitle(crumbs: readonly Crumb[]): void {
  const setCrumbs = useContext(CrumbsContext);
  const key = JSON.stringify(crumbs);
  useEffect(() => {
    const trail = JSON.parse(key) as Crumb[];
    setCrumbs(trail);
    document.title = `${trail.at(-1)?.text ?? t.frame.console} · Pregón`;
  }, [key, setCrumbs]);
}

export function Breadcrumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  return <BreadcrumbGroup items={[...crumbs]} ariaLabel={t.frame.breadcrumbs} />;
}
