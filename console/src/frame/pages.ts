import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { BASE, DOCS, GRAPHQL } from './router.ts';
import { type Sheet, withSheet } from './sheets.ts';

/** `rest` is the part of the path that `*` in the route matched. */
export interface PageProps {
  readonly rest: string;
}

interface PageDefinition {
  /** Its path. `/*` at its end matches the rest of the path. */
  readonly route: string;
  readonly Page: LazyExoticComponent<ComponentType<PageProps>>;
  /** It calls the API of Step Functions, which the browser reaches only on a local stack. */
  readonly localOnly?: true;
  /** It is shown without a key. */
  readonly open?: true;
}

type PageModule = { readonly default: ComponentType<PageProps> };

/** A page whose styles are not in the first sheet. */
const later = (load: () => Promise<PageModule>, sheet: Sheet = 'more') => lazy(() => withSheet(sheet, load()));

/** All pages of the console. Entries of the navigation are in `navigation.ts`. */
const PAGES: readonly PageDefinition[] = [
  { route: `${BASE}/campaigns`, Page: lazy(() => import('../campaigns/CampaignsPage.tsx')) },
  { route: `${BASE}/campaigns/new`, Page: later(() => import('../create/NewCampaignPage.tsx')) },
  { route: `${BASE}/campaigns/*`, Page: later(() => import('../campaigns/CampaignPage.tsx')) },
  { route: `${BASE}/suppressions`, Page: later(() => import('../suppressions/SuppressionsPage.tsx')) },
  { route: `${BASE}/executions`, Page: later(() => import('../executions/ExecutionsPage.tsx')), localOnly: true },
  { route: `${BASE}/executions/*`, Page: later(() => import('../executions/ExecutionPage.tsx')), localOnly: true },
  { route: `${BASE}/map-runs/*`, Page: later(() => import('../map-runs/MapRunPage.tsx')), localOnly: true },
  { route: `${BASE}/mailbox`, Page: later(() => import('../mailbox/MailboxPage.tsx')) },
  { route: `${BASE}/look-up`, Page: later(() => import('../look-up/LookUpPage.tsx')) },
  { route: `${BASE}/sends/*`, Page: later(() => import('../sends/SendPage.tsx')) },
  { route: `${BASE}/traces/*`, Page: later(() => import('../sends/TracePage.tsx')), localOnly: true },
  { route: `${BASE}/requests/*`, Page: later(() => import('../requests/RequestPage.tsx')) },
  { route: `${BASE}/orders/*`, Page: later(() => import('../orders/OrderPage.tsx')) },
  { route: `${BASE}/emails`, Page: later(() => import('../emails/EmailBatchPage.tsx')) },
  { route: `${BASE}/emails/*`, Page: later(() => import('../emails/EmailBatchPage.tsx')) },
  { route: `${BASE}/runbook`, Page: later(() => import('../runbook/RunbookPage.tsx')), open: true },
  { route: DOCS, Page: later(() => import('../docs/DocsPage.tsx'), 'docs'), open: true },
  { route: GRAPHQL, Page: later(() => import('../graphql/GraphqlPage.tsx'), 'graphql'), open: true },
];

/** The page at the console's root path. */
export const HOME = `${BASE}/campaigns`;
export const EXECUTIONS = `${BASE}/executions`;

/** The page of a path, and the rest of the path. Undefined when no route matches. */
export function findPage(path: string): (PageDefinition & PageProps) | undefined {
  const trimmed = path.replace(/\/+$/, '');
  for (const page of PAGES) {
    if (!page.route.endsWith('/*')) {
      if (trimmed === page.route) return { ...page, rest: '' };
      continue;
    }
    const prefix = page.route.slice(0, -1);
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
