import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { BASE } from './router.ts';

/** `rest` is the part of the path that `*` in the route matched. */
export interface PageProps {
  readonly rest: string;
}

interface PageDefinition {
  /** Path below the console. `/*` at its end matches the rest of the path. */
  readonly route: string;
  readonly Page: LazyExoticComponent<ComponentType<PageProps>>;
}

/** All pages of the console. Entries of the navigation are in `navigation.ts`. */
const PAGES: readonly PageDefinition[] = [
  { route: '/executions', Page: lazy(() => import('../executions/ExecutionsPage.tsx')) },
  { route: '/executions/*', Page: lazy(() => import('../executions/ExecutionPage.tsx')) },
  { route: '/map-runs/*', Page: lazy(() => import('../map-runs/MapRunPage.tsx')) },
  { route: '/emails', Page: lazy(() => import('../emails/EmailBatchPage.tsx')) },
  { route: '/emails/*', Page: lazy(() => import('../emails/EmailBatchPage.tsx')) },
];

/** The page at the console's root path. */
export const HOME = `${BASE}/executions`;

/** The page of a path, and the rest of the path. Undefined when no route matches. */
export function findPage(path: string): { Page: PageDefinition['Page']; rest: string } | undefined {
  const trimmed = path.replace(/\/+$/, '');
  for (const { route, Page } of PAGES) {
    if (!route.endsWith('/*')) {
      if (trimmed === BASE + route) return { Page, rest: '' };
      continue;
    }
    const prefix = BASE + route.slice(0, -1);
    if (trimmed.startsWith(prefix)) return { Page, rest: decodeURIComponent(trimmed.slice(prefix.length)) };
  }
  return undefined;
}
