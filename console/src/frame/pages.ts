import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { BASE } from './router.ts';

/** A page gets what its route has in place of `*`. */
export interface PageProps {
  readonly rest: string;
}

interface PageDefinition {
  /** Path under the console; `/*` at its end stands for the rest of the path. */
  readonly route: string;
  readonly Page: LazyExoticComponent<ComponentType<PageProps>>;
}

/** Every page of the console. A page that belongs into the navigation has its entry in `navigation.ts`. */
const PAGES: readonly PageDefinition[] = [
  { route: '/executions', Page: lazy(() => import('../executions/ExecutionsPage.tsx')) },
  { route: '/executions/*', Page: lazy(() => import('../executions/ExecutionPage.tsx')) },
  { route: '/map-runs/*', Page: lazy(() => import('../map-runs/MapRunPage.tsx')) },
  { route: '/emails', Page: lazy(() => import('../emails/EmailBatchPage.tsx')) },
  { route: '/emails/*', Page: lazy(() => import('../emails/EmailBatchPage.tsx')) },
];

/** Where the bare console address leads. */
export const HOME = `${BASE}/executions`;

/** The page of a path, and the rest of the path for it; undefined when no page has this route. */
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
