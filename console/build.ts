import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';
import { htmlOf } from './markdown.ts';

const ROOT = dirname(fileURLToPath(import.meta.url));
const PUBLIC_PATH = '/console/assets';
const brotli = promisify(brotliCompress);

/**
 * The style sheets, each with the modules whose styles it has; a style is in the first sheet that needs it. The page loads the first one
 * itself, and pages load the others (`src/frame/sheets.ts`).
 */
const SHEETS: Readonly<Record<string, readonly string[]>> = {
  first: ['src/main.tsx', 'src/frame/App.tsx', 'src/campaigns/CampaignsPage.tsx'],
  docs: ['src/docs/DocsPage.tsx'],
  graphql: ['src/graphql/GraphqlPage.tsx'],
};
/** The sheet of everything else. */
const REST = 'more';

/** Files that are compressed: text of some size. */
const COMPRESSED = /\.(js|css)$/;
const WORTH_COMPRESSING = 4 * 1024;
/** The highest, 11, takes twice as long for 2 % less. */
const QUALITY = 10;

/**
 * Bundles the console into `outdir`: `index.html`, and scripts and styles under `assets/` with their content's hash in
 * the name, so that they can be cached forever while the page itself is not cached. Beside each large file is its Brotli form, `.br`.
 */
export async function buildConsole(outdir: string): Promise<void> {
  // esbuild's paths are relative to the console's folder, by which its modules are named.
  const assets = resolve(outdir, 'assets');
  await rm(outdir, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });

  const scripts = await build({
    absWorkingDir: ROOT,
    entryPoints: { console: 'src/main.tsx' },
    outdir: assets,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    jsx: 'automatic',
    metafile: true,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    loader: { '.csv': 'text' },
    plugins: [WITHOUT_STYLES, DOCUMENTS, ONLY_ENGLISH, SORTING_LATER],
  });
  const sheets: Record<string, string> = {};
  for (const [name, styles] of Object.entries(sheetsOf(scripts.metafile))) {
    const sheet = await build({
      absWorkingDir: ROOT,
      stdin: { contents: importAll(styles), resolveDir: ROOT, loader: 'css', sourcefile: `${name}.css` },
      outfile: join(assets, `${name}.css`),
      bundle: true,
      minify: true,
      metafile: true,
      entryNames: '[name]-[hash]',
      legalComments: 'none',
      external: [`${PUBLIC_PATH}/*`],
      plugins: [WITHOUT_GRAPHIQL_FONTS, fontsAsFiles(assets)],
    });
    sheets[name] = `${PUBLIC_PATH}/${entryOf(sheet.metafile, `${name}.css`)}`;
  }
  await compress(assets);

  const { first, ...later } = sheets;
  const html = await readFile(join(ROOT, 'index.html'), 'utf8');
  const head = [
    `<link rel="stylesheet" href="${first}" />`,
    ...Object.entries(later).map(([name, href]) => `<meta name="sheet-${name}" content="${href}" />`),
    `<script type="module" src="${PUBLIC_PATH}/${entryOf(scripts.metafile, 'src/main.tsx')}"></script>`,
  ];
  await writeFile(join(outdir, 'index.html'), html.replace('</head>', `  ${head.join('\n    ')}\n  </head>`));
}

/** Scripts come without their styles: those are in the sheets. */
const WITHOUT_STYLES: Plugin = {
  name: 'without-styles',
  setup(api) {
    api.onLoad({ filter: /\.css$/ }, () => ({ contents: '', loader: 'js' }));
  },
};

/** Documents of the repository come as HTML, so that the page needs no parser. */
const DOCUMENTS: Plugin = {
  name: 'documents',
  setup(api) {
    api.onLoad({ filter: /\.md$/ }, async ({ path }) => ({
      contents: htmlOf(await readFile(path, 'utf8')),
      loader: 'text',
    }));
  },
};

/** Leaves out the component library's texts in sixteen languages: the console loads those of its own language. */
const ONLY_ENGLISH: Plugin = {
  name: 'only-english',
  setup(api) {
    api.onLoad({ filter: /cloudscape-design.components.i18n.dynamic\.js$/ }, () => ({
      contents: 'export const importMessages = () => Promise.resolve([]);',
    }));
  },
};

/** Every page's frame has the library's list, and with it 15 KB that sort a list by dragging. They are loaded when a list is sorted. */
const SORTING_LATER: Plugin = {
  name: 'sorting-later',
  setup(api) {
    api.onLoad({ filter: /cloudscape-design.components.internal.components.sortable-area.index\.js$/ }, ({ suffix }) =>
      suffix === ''
        ? {
            contents: `
              import { createElement, lazy, Suspense } from 'react';
              const SortableArea = lazy(() => import('./index.js?later'));
              export default (props) => createElement(Suspense, { fallback: null }, createElement(SortableArea, props));`,
          }
        : undefined,
    );
  },
};

/** Nine tenths of GraphiQL's style sheet are Roboto and Fira Code as data URLs. The page uses the fonts of the system instead. */
const WITHOUT_GRAPHIQL_FONTS: Plugin = {
  name: 'without-graphiql-fonts',
  setup(api) {
    api.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path }) => {
      const css = await readFile(path, 'utf8');
      return { contents: css.replace(/@font-face\s*\{[^}]*\}/g, ''), loader: 'css' };
    });
  },
};

/** The component library embeds eight fonts in its style sheet. As files, a browser loads the two or three that the page uses. */
const fontsAsFiles = (assets: string): Plugin => ({
  name: 'fonts-as-files',
  setup(api) {
    api.onLoad({ filter: /global-styles[\\/]index\.css$/ }, async ({ path }) => {
      const fonts = new Map<string, Buffer>();
      const css = (await readFile(path, 'utf8')).replace(/url\('data:font\/woff2;base64,([^']+)'\)/g, (_, base64) => {
        const font = Buffer.from(base64, 'base64');
        const hash = createHash('sha256').update(font).digest('hex').slice(0, 8).toUpperCase();
        fonts.set(`open-sans-${hash}.woff2`, font);
        return `url('${PUBLIC_PATH}/open-sans-${hash}.woff2')`;
      });
      if (fonts.size === 0) throw new Error('The component library embeds its fonts in another way than before');
      for (const [name, font] of fonts) await writeFile(join(assets, name), font);
      return { contents: css, loader: 'css' };
    });
  },
});

/** The style sheets that each sheet imports, by the graph of the scripts. */
function sheetsOf({ inputs }: Metafile): Record<string, string[]> {
  const taken = new Set<string>();
  const isStyle = (path: string) => path.endsWith('.css') && !taken.has(path);
  const sheets: Record<string, string[]> = {};
  for (const [name, modules] of Object.entries(SHEETS)) {
    const styles = [...reachable(inputs, modules)].filter(isStyle);
    for (const path of styles) taken.add(path);
    sheets[name] = styles;
  }
  return { ...sheets, [REST]: Object.keys(inputs).filter(isStyle) };
}

/** The modules that are loaded together with some, themselves included. */
function reachable(inputs: Metafile['inputs'], modules: readonly string[]): Set<string> {
  const found = new Set(modules);
  // A set gives what is added while it is read.
  for (const path of found) {
    const input = inputs[path];
    if (input === undefined) throw new Error(`The console has no module ${path}`);
    for (const { path: imported, kind, external } of input.imports) {
      if (kind !== 'dynamic-import' && !external) found.add(imported);
    }
  }
  return found;
}

/** One style sheet that imports others: libraries in a fixed order, because loading is concurrent and names must not change, then ours. */
function importAll(styles: readonly string[]): string {
  const paths = styles.map((path) => (path.startsWith('.') ? path : `./${path}`)).sort();
  const isOurs = (path: string) => path.startsWith('./src/');
  const ordered = [...paths.filter((path) => !isOurs(path)), ...paths.filter(isOurs)];
  return ordered.map((path) => `@import ${JSON.stringify(path)};`).join('\n');
}

/** Writes the Brotli form of each large file beside it. */
async function compress(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => COMPRESSED.test(name));
  await Promise.all(
    names.map(async (name) => {
      const content = await readFile(join(folder, name));
      if (content.length < WORTH_COMPRESSING) return;
      await writeFile(
        join(folder, `${name}.br`),
        await brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }),
      );
    }),
  );
}

function entryOf(metafile: Metafile, source: string): string {
  const entry = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint?.endsWith(source));
  if (entry === undefined) throw new Error(`The console bundle has no output for ${source}`);
  return basename(entry[0]);
}
