/**
 * Starts programs on Node 24.2 or newer. It is plain JavaScript for Node 14 and newer, because an older Node ends with a
 * SyntaxError when it reads TypeScript.
 */
const { execFileSync, spawn } = require('node:child_process');
const { join } = require('node:path');

/** `import.meta.main`, which programs use, came with Node 24.2. */
const OLDEST = { major: 24, minor: 2 };

function isRecent(version) {
  const [major, minor] = version.replace('v', '').split('.').map(Number);
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}

/** The running Node, or the one that the optional npm package `node` installed. Undefined where both are missing or too old. */
function findNode() {
  if (isRecent(process.version)) return process.execPath;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  return module.paths.map((folder) => join(folder, 'node', 'bin', file)).find(runsAndIsRecent);
}

function runsAndIsRecent(node) {
  try {
    return isRecent(execFileSync(node, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return false;
  }
}

/** Runs Node in a process of its own. Passes signals on to it, and ends as it ends. */
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

/**
 * Runs Node 24.2 or newer with these arguments: options of Node, a file, arguments of the file. This process ends as that one
 * ends. Where there is no such Node, one line says so in the name of `program`.
 */
exports.runOnNode24 = function runOnNode24(program, nodeArguments) {
  const node = findNode();
  if (node === undefined) {
    const found = process.version.slice(1);
    console.error(
      `${program} needs Node ${OLDEST.major}.${OLDEST.minor} or newer and found ${found}: install it from https://nodejs.org, or run "npm ci" without --omit=optional and --ignore-scripts.`,
    );
    process.exit(1);
  }
  const args = ['--disable-warning=ExperimentalWarning', ...nodeArguments];
  if (node === process.execPath && typeof process.execve === 'function' && process.platform !== 'win32') {
    // The program takes the place of this process, so that every signal reaches it, SIGKILL too.
    process.execve(node, [node, ...args]);
  } else {
    runInChild(node, args);
  }
};
