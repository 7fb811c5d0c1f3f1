import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openApiDocument } from '../../api/openapi.ts';
import { Product, tempDataDir } from '../e2e/support/product.ts';

/** Test tools from PyPI, in a virtual environment of this version set. */
const TOOLS = ['schemathesis==4.32.5', 'openapi-spec-validator==0.9.0'];
const VENV = resolve('node_modules/.cache', TOOLS.join('-').replaceAll('==', '-'));
const CONFIG = resolve(import.meta.dirname, 'schemathesis.toml');
const MINUTES = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'pregon-openapi-'));
const dataDir = tempDataDir();
let product: Product;

/** Runs a command to its end, in a folder of its own: the tools write caches where they run. */
function run(command: string, args: readonly string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 8 * MINUTES });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('exit', (status) => resolve({ status, output }));
  });
}

async function install(): Promise<void> {
  const done = join(VENV, 'installed');
  if (existsSync(done)) return;
  rmSync(VENV, { recursive: true, force: true });
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', VENV],
    [join(VENV, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...TOOLS],
  ] as [string, ...string[]][]) {
    const { status, output } = await run(command, args).catch((error: Error) => ({ status: 1, output: error.message }));
    if (status !== 0) {
      throw new Error(
        `This test needs Python 3.10 or later with venv and pip, and PyPI: ${command} failed. ${output.slice(-500)}`,
      );
    }
  }
  writeFileSync(done, '');
}

beforeAll(async () => {
  await install();
  // The rate is so high that SES allows every rate that the schema allows.
  product = await Product.up(dataDir, ['--rate', '10000']);
}, 10 * MINUTES);
afterAll(async () => {
  await product?.command.stop();
  for (const path of [folder, dataDir]) rmSync(path, { recursive: true, force: true });
});

const schemathesis = (path: string, options: readonly string[]) =>
  run(join(VENV, 'bin/schemathesis'), [
    ...['--config-file', CONFIG, 'run', `${product.outputs.apiUrl}${path}`],
    ...['--header', `Authorization: Bearer ${product.outputs.apiKey}`],
    ...['--seed', '1', '--max-examples', '20', '--warnings', 'off', ...options],
    // API Gateway waits 30 s, and the three patterns of an address leave few examples.
    ...['--request-timeout', '30', '--suppress-health-check', 'filter_too_much'],
  ]);

test('the OpenAPI document is valid', async () => {
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(openApiDocument()));

  expect(await run(join(VENV, 'bin/python'), ['-m', 'openapi_spec_validator', file])).toMatchObject({ status: 0 });
});

test.each<[string, ...string[]]>([
  ['/openapi.json'],
  // A GraphQL schema cannot say how large a page may be, which text is a date and which batches exist. A refusal that is labelled as the
  // caller's error is right; any other error is a finding.
  ['/graphql', '--exclude-checks', 'positive_data_acceptance'],
])(
  'Schemathesis finds nothing wrong with what %s describes',
  async (path, ...options) => {
    const { status, output } = await schemathesis(path, options);

    expect(output).toContain('No issues found');
    expect(status).toBe(0);
  },
  10 * MINUTES,
);
