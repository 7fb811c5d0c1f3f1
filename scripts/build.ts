import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

const OUT = 'dist/functions';

/** Packages written for CommonJS call `require` for Node's own modules. */
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Every Lambda's entry by its name: `functions/<name>/handler.ts`, and the GraphQL one. */
export async function functionEntries(): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  for (const name of await readdir('functions')) {
    const handler = join('functions', name, 'handler.ts');
    if (existsSync(handler)) entries[name] = handler;
  }
  if (existsSync('graphql/handler.ts')) entries.graphql = 'graphql/handler.ts';
  return entries;
}

/** Bundles each function for Node 24 as one ES module with everything in it, minified with its names kept. */
export async function buildFunctions(): Promise<void> {
  await rm(OUT, { recursive: true, force: true });
  const entries = await functionEntries();
  await Promise.all(
    Object.entries(entries).map(([name, entry]) =>
      build({
        entryPoints: [entry],
        outfile: join(OUT, name, 'index.mjs'),
        bundle: true,
        platform: 'node',
        target: 'node24',
        format: 'esm',
        minify: true,
        keepNames: true,
        sourcemap: 'linked',
        sourcesContent: false,
        mainFields: ['module', 'main'],
        // TypeGraphQL loads it only where arguments are validated by it; ours are not.
        external: ['class-validator'],
        banner: { js: REQUIRE_BANNER },
        logLevel: 'warning',
        tsconfig: 'tsconfig.json',
      }),
    ),
  );
}

/** The pages' files go with the function that serves them. */
export async function buildPages(): Promise<void> {
  const outdir = join(OUT, 'pages', 'static');
  const pages: [string, string, string][] = [
    ['console/build.ts', 'buildConsole', 'console'],
    ['graphql/graphiql/build.ts', 'buildGraphiql', 'graphql'],
    ['functions/pages/build.ts', 'buildDocs', 'docs'],
  ];
  for (const [file, name, folder] of pages) {
    if (!existsSync(file)) continue;
    const module: Record<string, (outdir: string) => Promise<void>> = await import(`../${file}`);
    await module[name]?.(join(outdir, folder));
  }
}

if (import.meta.main) {
  const started = performance.now();
  await buildFunctions();
  await buildPages();
  for (const name of await readdir(OUT)) {
    const { size } = await stat(join(OUT, name, 'index.mjs'));
    console.log(`${basename(dirname(join(OUT, name, 'x'))).padEnd(16)} ${(size / 1024).toFixed(0).padStart(6)} KB`);
  }
  console.log(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
