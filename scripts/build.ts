import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build, stop } from 'esbuild';
import { buildConsole } from '../console/build.ts';
import { inputsDigest } from './inputs-digest.ts';

const FUNCTIONS = 'dist/functions';

/** Bundled CommonJS packages call `require` for Node's modules. */
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** The pages that the `pages` function serves, and what they are made from. */
export const CONSOLE = 'dist/pages/console';
const CONSOLE_INPUTS = ['console', 'docs/runbook.md', 'examples/welcome.csv', 'package-lock.json'];

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
  await buildPages();
  await cp(CONSOLE, join(FUNCTIONS, 'pages', 'static', 'console'), { recursive: true });
  // esbuild's own process would otherwise run as long as this one.
  await stop();
}

/** Builds the pages if their inputs have changed. They take longer than all functions together. */
export async function buildPages(): Promise<void> {
  const stamp = `${CONSOLE}.inputs`;
  const digest = inputsDigest(CONSOLE_INPUTS);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  await rm(stamp, { force: true });
  await buildConsole(CONSOLE);
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
