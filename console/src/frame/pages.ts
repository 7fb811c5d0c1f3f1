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
  /** It calls the API of Step Functions, which the browser reaches only on a local stack. */
  readonly localOnly?: true;
}

/** All pages of the console. Entries of the navigation are in `navigation.ts`. */
const PAGES: readonly PageDefinition[] = [
  { route: '/campaigns', Page: lazy(() => import('../campaigns/CampaignsPage.tsx')) },
  { route: '/campaigns/*', Page: lazy(() => import('../campaigns/CampaignPage.tsx')) },
  { route: '/executions', Page: lazy(() => import('../executions/ExecutionsPage.tsx')), localOnly: true },
  { route: '/executions/*', Page: lazy(() => import('../executions/ExecutionPage.tsx')), localOnly: true },
  { route: '/map-runs/*', Page: lazy(() => import('../map-runs/MapRunPage.tsx')), localOnly: true },
  { route: '/mailbox', Page: lazy(() => import('../mailbox/MailboxPage.tsx')) },
  { route: '/look-up', Page: lazy(() => import('../look-up/LookUpPage.tsx')) },
  { route: '/sends/*', Page: lazy(() => import('../sends/SendPage.tsx')) },
  { route: '/traces/*', Page: lazy(() => import('../sends/TracePage.tsx')), localOnly: true },
  { route: '/requests/*', Page: lazy(() => import('../requests/RequestPage.tsx')) },
  { route: '/orders/*', Page: lazy(() => import('../orders/OrderPage.tsx')) },
  { route: '/emails', Page: lazy(() => import('../emails/EmailBatchPage.tsx')) },
  { route: '/emails/*', Page: lazy(() => import('../emails/EmailBatchPage.tsx')) },
];

/** The page at the console's root path. */
export const HOME = `${BASE}/campaigns`;
export const EXECUTIONS = `${BASE}/executions`;

/** The page of a path, and the rest of the path. Undefined when no route matches. */
export function findPage(path: string): (PageDefinition & PageProps) | undefined {
  const trimmed = path.replace(/\/+$/, '');
  for (const page of PAGES) {
    if (!page.route.endsWith('/*')) {
      if (trimmed === BASE + page.route) return { ...page, rest: '' };
      continue;
    }
    const prefix = BASE + page.route.slice(0, -1);
    if (trimmed.startsWith(prefix)) return { ...page, rest: decode(trimmed.slice(prefix.length)) };
  }
  return undefined;
}

/** A part of a path that cannot be decoded names nothing, and its page says so. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
