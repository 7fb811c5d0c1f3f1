import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The launcher and what it requires. */
const LAUNCHER = ['scripts/node24.cjs', 'packages/local-aws/bin/node24.cjs'];
const PRINTS_ITSELF = `
import { DatabaseSync } from 'node:sqlite';
const arguments_: string[] = process.argv.slice(2);
new DatabaseSync(':memory:');
console.log(JSON.stringify({ pid: process.pid, arguments: arguments_, flags: process.execArgv }));
process.exitCode = 7;`;
const WAITS = `
process.on('SIGTERM', () => {
  console.log('stopped');
  process.exit(3);
});
setInterval(() => undefined, 1000);
console.log('ready');`;

describe('scripts/node24.cjs', () => {
  let folder: string;
  /** Preloaded, it makes the running Node look like version 20. */
  let pretend20: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pregon-node24-'));
    for (const file of LAUNCHER) cpSync(resolve(file), join(folder, file));
    pretend20 = join(folder, 'pretend20.cjs');
    writeFileSync(pretend20, "Object.defineProperty(process, 'version', { value: 'v20.20.2' });");
    writeFileSync(join(folder, 'prints-itself.ts'), PRINTS_ITSELF);
    writeFileSync(join(folder, 'waits.ts'), WAITS);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const installNode = (executable: string) => {
    mkdirSync(join(folder, 'node_modules/node/bin'), { recursive: true });
    symlinkSync(executable, join(folder, 'node_modules/node/bin/node'));
  };
  const launch = (...args: string[]) =>
    spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });

  test('a recent Node runs TypeScript in the same process, with its arguments, options and exit status', () => {
    const { pid, status, stdout, stderr } = launch(
      'scripts/node24.cjs',
      '--no-addons',
      'prints-itself.ts',
      '--a',
      'b c',
    );
    expect(JSON.parse(stdout)).toEqual({
      pid,
      arguments: ['--a', 'b c'],
      flags: ['--disable-warning=ExperimentalWarning', '--no-addons'],
    });
    expect(stderr).toBe('');
    expect(status).toBe(7);
  });

  test('an old Node hands over to the one that npm installed', () => {
    installNode(process.execPath);
    const { status, stdout, stderr } = launch('-r', pretend20, 'scripts/node24.cjs', 'prints-itself.ts', '--a', 'b c');
    expect(JSON.parse(stdout)).toMatchObject({ arguments: ['--a', 'b c'] });
    expect(stderr).toBe('');
    expect(status).toBe(7);
  });

  test.each([
    ['none installed', undefined],
    ['one installed that does not run', '/dev/null'],
  ])('an old Node with %s ends with one line that says what to do', (_, installed) => {
    if (installed) installNode(installed);
    const { status, stdout, stderr } = launch('-r', pretend20, 'scripts/node24.cjs', 'prints-itself.ts');
    expect(stderr).toMatch(
      /^Pregón needs Node 24\.2 or newer and found 20\.20\.2: install it from https:\/\/nodejs\.org.*\n$/,
    );
    expect(stdout).toBe('');
    expect(status).toBe(1);
  });

  test('where it hands over, it passes SIGTERM on and ends with the status of the program', async () => {
    installNode(process.execPath);
    const launcher = spawn(process.execPath, ['-r', pretend20, 'scripts/node24.cjs', 'waits.ts'], { cwd: folder });
    await once(launcher.stdout, 'data');
    const exit = once(launcher, 'exit');
    const said = once(launcher.stdout, 'data');
    launcher.kill('SIGTERM');
    expect(await exit).toEqual([3, null]);
    expect(String(await said)).toBe('stopped\n');
  });
});
