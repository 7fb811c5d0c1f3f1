import type { SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { t } from '../i18n/texts.ts';
import { RUNBOOK } from '../runbook/links.ts';
import { LOOK_UP_PATH, SUPPRESSIONS_PATH } from '../sends/links.ts';
import { local } from './local.ts';
import { EXECUTIONS, HOME } from './pages.ts';
import { BASE, DOCS, GRAPHQL } from './router.ts';

export const NAVIGATION: readonly SideNavigationProps.Item[] = [
  { type: 'link', text: t.campaigns.title, href: HOME },
  { type: 'link', text: t.suppressions.title, href: SUPPRESSIONS_PATH },
  { type: 'link', text: t.frame.executions, href: EXECUTIONS },
  { type: 'link', text: t.frame.emailBatch, href: `${BASE}/emails` },
  ...(local === undefined ? [] : [{ type: 'link' as const, text: t.mailbox.title, href: `${BASE}/mailbox` }]),
  { type: 'link', text: t.lookUp.title, href: LOOK_UP_PATH },
  { type: 'divider' },
  { type: 'link', text: 'GraphQL', href: GRAPHQL },
  { type: 'link', text: t.frame.apiReference, href: DOCS },
  { type: 'link', text: t.frame.runbook, href: RUNBOOK },
];

/** The entry of the navigation that a path belongs to. */
export function activeEntry(path: string): string {
  // A Map Run belongs to an execution and has no entry.
  if (path.startsWith(`${BASE}/map-runs/`)) return EXECUTIONS;
  // These are found by looking them up.
  if (/^\/console\/(sends|traces|requests|orders)\//.test(path)) return LOOK_UP_PATH;
  const links = NAVIGATION.flatMap((item) => (item.type === 'link' ? [item.href] : []));
  return links.find((href) => path === href || path.startsWith(`${href}/`)) ?? path;
}
