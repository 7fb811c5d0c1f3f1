import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const PUBLIC_PATH = '/graphql/assets';

/**
 * Bundles GraphiQL into `outdir`: `index.html`, and a script and a style sheet under `assets/` with a hash of their content in the name,
 * so that they can be cached for good. Nothing is loaded from another origin.
 */
export async function buildGraphiql(outdir: string): Promise<void> {
  const assets = join(outdir, 'assets');
  await rm(outdir, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });

  const { metafile } = await build({
    entryPoints: { graphiql: join(ROOT, 'src/main.tsx') },
    outdir: assets,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    jsx: 'automatic',
    metafile: true,
    entryNames: '[name]-[hash]',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    plugins: [withoutEmbeddedFonts],
  });

  const files = Object.keys(metafile.outputs).map((path) => basename(path));
  const tags = files.map((file) =>
    file.endsWith('.css')
      ? `<link rel="stylesheet" href="${PUBLIC_PATH}/${file}" />`
      : `<script type="module" src="${PUBLIC_PATH}/${file}"></script>`,
  );
  const html = await readFile(join(ROOT, 'index.html'), 'utf8');
  await writeFile(join(outdir, 'index.html'), html.replace('</head>', `  ${tags.join('\n    ')}\n  </head>`));
}

/** Nine tenths of GraphiQL's style sheet are Roboto and Fira Code as data URLs. The page uses the fonts of the system instead. */
const withoutEmbeddedFonts: Plugin = {
  name: 'without-embedded-fonts',
  setup(api) {
    api.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path }) => {
      const css = await readFile(path, 'utf8');
      return { contents: css.replace(/@font-face\s*\{[^}]*\}/g, ''), loader: 'css' };
    });
  },
};
