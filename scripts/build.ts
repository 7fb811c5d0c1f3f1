import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build, stop } from 'esbuild';
import { inputsDigest } from './inputs-digest.ts';

const FUNCTIONS = 'dist/functions';
const PAGES = 'dist/pages';

/** Bundled CommonJS packages call `require` for Node's modules. */
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** The pages that the `pages` function serves: the module that builds each, and its inputs. */
const PAGE_BUILDS = [
  { name: 'console', module: 'console/build.ts', build: 'buildConsole', inputs: ['console'] },
  { name: 'graphql', module: 'graphql/graphiql/build.ts', build: 'buildGraphiql', inputs: ['graphql/graphiql'] },
  { name: 'docs', module: 'functions/pages/build.ts', build: 'buildDocs', inputs: ['functions/pages'] },
];

/** The entry of every Lambda, `functions/<name>/handler.ts`, by its name. */
async function functionEntries(): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  for (const name of await readdir('functions')) {
    const handler = join('functions', name, 'handler.ts');
    if (existsSync(handler)) entries[`${name}/index`] = handler;
  }
  return entries;
}

/** Bundles each function for Node 24 as one ES module with all its packages, and copies the pages to the function that serves them. */
export async function buildAll(): Promise<void> {
  await rm(FUNCTIONS, { recursive: true, force: true });
  // One call for all functions, so that shared modules are parsed once.
  await build({
    entryPoints: await functionEntries(),
    outdir: FUNCTIONS,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    mainFields: ['module', 'main'],
    // TypeGraphQL loads class-validator only when it validates arguments, which this product does not use.
    external: ['class-validator'],
    banner: { js: REQUIRE_BANNER },
    logLevel: 'warning',
    tsconfig: 'tsconfig.json',
  });
  for (const page of PAGE_BUILDS) {
    await buildPage(page);
    await cp(join(PAGES, page.name), join(FUNCTIONS, 'pages', 'static', page.name), { recursive: true });
  }
  // esbuild's own process would otherwise run as long as this one.
  await stop();
}

/** Builds a page if its inputs have changed. The console takes longer than all functions together. */
async function buildPage(page: (typeof PAGE_BUILDS)[number]): Promise<void> {
  const stamp = join(PAGES, `${page.name}.inputs`);
  const digest = inputsDigest([...page.inputs, 'package-lock.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  const outdir = join(PAGES, page.name);
  await rm(stamp, { force: true });
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const module: Record<string, (outdir: string) => Promise<void>> = await import(`../${page.module}`);
  const run = module[page.build];
  if (!run) throw new Error(`${page.module} does not export ${page.build}`);
  await run(outdir);
  writeFileSync(stamp, digest);
}

if (import.meta.main) {
  const started = performance.now();
  await buildAll();
  for (const name of await readdir(FUNCTIONS)) {
    const { size } = await stat(join(FUNCTIONS, name, 'index.mjs'));
    console.log(`${name.padEnd(16)} ${(size / 1024).toFixed(0).padStart(6)} KB`);
  }
  console.log(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
