import { useMemo, useSyncExternalStore } from 'react';

/** All routes of the console begin with this path. The server answers all of them with the same page. */
export const BASE = '/console';
/** Pages of the same frame whose libraries keep state of their own: the browser loads the page anew to enter and to leave them. */
export const DOCS = '/docs';
export const GRAPHQL = '/graphql';

const listeners = new Set<() => void>();
const changed = () => {
  for (const listener of listeners) listener();
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** Goes to a route of the console without asking the server. */
export function navigate(href: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') window.history.pushState(null, '', href);
  else window.history.replaceState(null, '', href);
  changed();
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

/** The query's parameters and a setter. An undefined value removes its parameter. The setter adds no history entry. */
export function useQuery(): [URLSearchParams, (values: Record<string, string | undefined>) => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  return [useMemo(() => new URLSearchParams(search), [search]), setQuery];
}

function setQuery(values: Record<string, string | undefined>): void {
  const query = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const search = query.toString();
  navigate(search === '' ? window.location.pathname : `?${search}`, 'replace');
}

/** Turns clicks on links into the console into client-side navigation. */
export function interceptLinks(): () => void {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!(link instanceof HTMLAnchorElement) || (link.target !== '' && link.target !== '_self')) return;
    const inside = link.pathname === BASE || link.pathname.startsWith(`${BASE}/`);
    if (link.origin !== window.location.origin || !inside) return;
    const { pathname, search } = window.location;
    // The browser itself goes to a section of the page.
    if (link.hash !== '' && link.pathname === pathname && link.search === search) return;
    event.preventDefault();
    navigate(link.pathname + link.search + link.hash);
    window.scrollTo(0, 0);
  };
  document.addEventListener('click', follow);
  return () => document.removeEventListener('click', follow);
}
