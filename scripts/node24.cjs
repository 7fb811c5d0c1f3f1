/**
 * Runs a file of this project on Node 24.2 or newer: `node scripts/node24.cjs [NODE OPTIONS] FILE [ARGUMENTS]`.
 * It is plain JavaScript for Node 14 and newer, because an older Node ends with a SyntaxError when it reads TypeScript.
 */
const { execFileSync, spawn } = require('node:child_process');
const { join } = require('node:path');

/** `import.meta.main`, which the scripts use, came with Node 24.2. */
const OLDEST = { major: 24, minor: 2 };

function isRecent(version) {
  const [major, minor] = version.replace('v', '').split('.').map(Number);
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}

/** The running Node, or the one that the optional npm package `node` installed. Undefined where both are missing or too old. */
function findNode() {
  if (isRecent(process.version)) return process.execPath;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const installed = join(__dirname, '..', 'node_modules', 'node', 'bin', file);
  try {
    const version = execFileSync(installed, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return isRecent(version) ? installed : undefined;
  } catch {
    return undefined;
  }
}

/** Runs the file in a process of its own. Passes signals on to it, and ends as it ends. */
function runInChild(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

const node = findNode();
if (node === undefined) {
  const found = process.version.slice(1);
  console.error(
    `Pregón needs Node ${OLDEST.major}.${OLDEST.minor} or newer and found ${found}: install it from https://nodejs.org, or run "npm ci" without --omit=optional and --ignore-scripts.`,
  );
  process.exit(1);
}
const args = ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)];
if (node === process.execPath && typeof process.execve === 'function' && process.platform !== 'win32') {
  // The program takes the place of this process, so that every signal reaches it, SIGKILL too.
  process.execve(node, [node, ...args]);
} else {
  runInChild(node, args);
}
