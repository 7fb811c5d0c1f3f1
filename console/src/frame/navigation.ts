import type { SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { BASE } from './router.ts';

export const NAVIGATION: readonly SideNavigationProps.Item[] = [
  { type: 'link', text: 'Executions', href: `${BASE}/executions` },
  { type: 'link', text: 'Email batch', href: `${BASE}/emails` },
  { type: 'divider' },
  { type: 'link', text: 'GraphQL', href: '/graphql', external: true },
  { type: 'link', text: 'API reference', href: '/docs', external: true },
];

/** The navigation's entry that a path belongs to. */
export function activeEntry(path: string): string {
  // A Map Run is part of an execution's trace and has no entry of its own.
  if (path.startsWith(`${BASE}/map-runs/`)) return `${BASE}/executions`;
  const links = NAVIGATION.flatMap((item) => (item.type === 'link' ? [item.href] : []));
  return links.find((href) => path === href || path.startsWith(`${href}/`)) ?? path;
}
