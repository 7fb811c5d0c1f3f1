import type { SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { BASE } from './router.ts';

export const NAVIGATION: readonly SideNavigationProps.Item[] = [
  { type: 'link', text: 'Executions', href: `${BASE}/executions` },
  { type: 'link', text: 'Email batch', href: `${BASE}/emails` },
  { type: 'divider' },
  { type: 'link', text: 'GraphQL', href: '/graphql', external: true },
  { type: 'link', text: 'API reference', href: '/docs', external: true },
];

/** The entry of the navigation that a path belongs to. */
export function activeEntry(path: string): string {
  // A Map Run belongs to an execution and has no entry.
  if (path.startsWith(`${BASE}/map-runs/`)) return `${BASE}/executions`;
  const links = NAVIGATION.flatMap((item) => (item.type === 'link' ? [item.href] : []));
  return links.find((href) => path === href || path.startsWith(`${href}/`)) ?? path;
}
