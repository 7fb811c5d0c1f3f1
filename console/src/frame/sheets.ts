/** The style sheets that `console/build.ts` makes besides the first. */
export type Sheet = 'more' | 'docs' | 'graphql';

const loading = new Map<Sheet, Promise<void>>();

/** The module of a page once its style sheet is loaded, so that the page is never shown without it. */
export async function withSheet<T>(sheet: Sheet, page: Promise<T>): Promise<T> {
  const [module] = await Promise.all([page, loadSheet(sheet)]);
  return module;
}

function loadSheet(sheet: Sheet): Promise<void> {
  const known = loading.get(sheet);
  if (known !== undefined) return known;
  const href = document.querySelector(`meta[name="sheet-${sheet}"]`)?.getAttribute('content');
  const loaded = new Promise<void>((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href ?? '';
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(`The style sheet ${href} cannot be loaded`));
    document.head.append(link);
  });
  loading.set(sheet, loaded);
  return loaded;
}
