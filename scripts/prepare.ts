import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { takeLock } from 'local-aws';
import { inputsDigest } from './inputs-digest.ts';

/** The inputs of the bundles and the template. */
const INPUTS = [
  'api',
  'core',
  'functions',
  'graphql',
  'console',
  'infra',
  'statemachines',
  'scripts/build.ts',
  'scripts/synth.ts',
  'package-lock.json',
  'tsconfig.json',
  'cdk.json',
];
const STAMP = 'cdk.out/.inputs';
const LOCK = 'cdk.out/.lock';
/** Another command may be building at the same time. A build takes about 20 s on two cores. */
const LOCK_WAIT_MS = 180_000;

const isFresh = (digest: string): boolean => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest;

/** Builds the bundles and synthesizes the templates if any of their inputs has changed, or in any case with `always`. */
export async function prepare(say: (text: string) => void, { always = false } = {}): Promise<void> {
  if (!always && isFresh(inputsDigest(INPUTS))) return;
  const lock = takeLock(LOCK, LOCK_WAIT_MS);
  if (!lock) throw new Error(`Another build has held ${LOCK} for ${LOCK_WAIT_MS / 60_000} minutes`);
  try {
    const digest = inputsDigest(INPUTS);
    if (!always && isFresh(digest)) return;
    const started = performance.now();
    say('Building the functions, the pages and the template ...');
    const [{ buildAll }, { synth }] = await Promise.all([import('./build.ts'), import('./synth.ts')]);
    await buildAll();
    synth();
    writeFileSync(STAMP, digest);
    say(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } finally {
    lock.release();
  }
}

if (import.meta.main) await prepare(console.log, { always: process.argv.includes('--always') });
