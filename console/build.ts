import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

const ROOT = dirname(fileURLToPath(import.meta.url));
const PUBLIC_PATH = '/console/assets';

/**
 * Bundles the console into `outdir`: `index.html`, and scripts and styles under `assets/` with their content's hash in
 * the name, so that they can be cached forever while the page itself is not cached.
 */
export async function buildConsole(outdir: string): Promise<void> {
  const assets = join(outdir, 'assets');
  await rm(outdir, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });

  const styles = new Set<string>();
  const scripts = await build({
    entryPoints: { console: join(ROOT, 'src/main.tsx') },
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
    plugins: [collectStyles(styles), ONLY_ENGLISH],
  });
  const sheet = await build({
    stdin: { contents: importAll(styles), resolveDir: ROOT, loader: 'css', sourcefile: 'console.css' },
    outfile: join(assets, 'console.css'),
    bundle: true,
    minify: true,
    metafile: true,
    entryNames: '[name]-[hash]',
    legalComments: 'none',
  });

  const html = await readFile(join(ROOT, 'index.html'), 'utf8');
  const head = [
    `<link rel="stylesheet" href="${PUBLIC_PATH}/${entryOf(sheet.metafile, 'console.css')}" />`,
    `<script type="module" src="${PUBLIC_PATH}/${entryOf(scripts.metafile, 'src/main.tsx')}"></script>`,
  ];
  await writeFile(join(outdir, 'index.html'), html.replace('</head>', `  ${head.join('\n    ')}\n  </head>`));
}

/**
 * Gathers every imported style sheet. esbuild writes one sheet per lazily loaded chunk and leaves loading it to the
 * page; one sheet for all is simpler and is cached once.
 */
function collectStyles(found: Set<string>): Plugin {
  return {
    name: 'collect-styles',
    setup(api) {
      api.onLoad({ filter: /\.css$/ }, ({ path }) => {
        found.add(path);
        return { contents: '', loader: 'js' };
      });
    },
  };
}

/** Leaves out the component library's texts in sixteen languages, because the console is in English. */
const ONLY_ENGLISH: Plugin = {
  name: 'only-english',
  setup(api) {
    api.onLoad({ filter: /cloudscape-design.components.i18n.dynamic\.js$/ }, () => ({
      contents: 'export const importMessages = () => Promise.resolve([]);',
    }));
  },
};

/** One style sheet that imports all others: libraries in a fixed order, because loading is concurrent and names must not change, then ours. */
function importAll(styles: ReadonlySet<string>): string {
  const paths = [...styles].map((path) => `./${relative(ROOT, path).split(sep).join('/')}`).sort();
  const isOurs = (path: string) => path.startsWith('./src/');
  const ordered = [...paths.filter((path) => !isOurs(path)), ...paths.filter(isOurs)];
  return ordered.map((path) => `@import ${JSON.stringify(path)};`).join('\n');
}

function entryOf(metafile: Metafile, source: string): string {
  const entry = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint?.endsWith(source));
  if (entry === undefined) throw new Error(`The console bundle has no output for ${source}`);
  return basename(entry[0]);
}
