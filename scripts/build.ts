import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build, stop } from 'esbuild';
import { inputsDigest } from './inputs-digest.ts';

const FUNCTIONS = 'dist/functions';
const PAGES = 'dist/pages';

/** Packages written for CommonJS call `require` for Node's own modules. */
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** The pages that the `pages` function serves: how each is built, and from what. */
const PAGE_BUILDS = [
  { name: 'console', module: 'console/build.ts', build: 'buildConsole', inputs: ['console'] },
  { name: 'graphql', module: 'graphql/graphiql/build.ts', build: 'buildGraphiql', inputs: ['graphql/graphiql'] },
  { name: 'docs', module: 'functions/pages/build.ts', build: 'buildDocs', inputs: ['functions/pages'] },
];

/** Every Lambda's entry by its name: `functions/<name>/handler.ts`. */
async function functionEntries(): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  for (const name of await readdir('functions')) {
    const handler = join('functions', name, 'handler.ts');
    if (existsSync(handler)) entries[`${name}/index`] = handler;
  }
  return entries;
}

/** Bundles each function for Node 24 as one ES module with everything in it, and puts the pages beside the one that serves them. */
export async function buildAll(): Promise<void> {
  await rm(FUNCTIONS, { recursive: true, force: true });
  // One call for all of them: what they share is parsed once.
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
    // TypeGraphQL loads it only where arguments are validated by it; ours are not.
    external: ['class-validator'],
    banner: { js: REQUIRE_BANNER },
    logLevel: 'warning',
    tsconfig: 'tsconfig.json',
  });
  for (const page of PAGE_BUILDS) {
    await buildPage(page);
    await cp(join(PAGES, page.name), join(FUNCTIONS, 'pages', 'static', page.name), { recursive: true });
  }
  // esbuild keeps a process of its own, which would live as long as the stack that was built for.
  await stop();
}

/** Builds one page where what it is made from has changed: the console takes longer than all functions together. */
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
  if (!run) throw new Error(`${page.module} exports no ${page.build}`);
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
