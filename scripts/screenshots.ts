import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommand } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';
import { TestBrowser } from '../tests/browser/support/browser.ts';
import { Victim } from './chaos/victim.ts';
import { prepare } from './prepare.ts';
import { setScene } from './screenshots/scene.ts';
import { takeShots } from './screenshots/shots.ts';

const HELP = `npm run screenshots -- [options]

Runs the product with fixed files on a data directory of its own, and takes the pictures of the README in Chromium.

  --out docs/images   folder of the pictures
  --help              this text

CHROMIUM names the browser's program, by default /usr/bin/chromium.`;

const OPTIONS = { out: { type: 'string', default: 'docs/images' } } as const;

async function screenshots(args: readonly string[]): Promise<number> {
  const spec = { command: 'npm run screenshots', help: HELP, options: OPTIONS, positionals: 0 };
  const parsed = parseCommand(spec, args);
  if (!parsed) return 0;
  const { out } = parsed.values;
  await prepare(console.log);
  await mkdir(out, { recursive: true });
  const dataDir = mkdtempSync(join(tmpdir(), 'pregon-screenshots-'));
  const product = new Victim(dataDir, []);
  const browser = await TestBrowser.launch();
  try {
    const outputs = await product.ready();
    if (outputs === undefined) throw new Error('The product did not start');
    const scene = await setScene(outputs, await readFile('examples/welcome.csv', 'utf8'));
    await takeShots(browser, outputs.apiUrl, scene, out);
  } finally {
    await browser.close();
    await product.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
  return 0;
}

await runCommand(() => screenshots(process.argv.slice(2)));
