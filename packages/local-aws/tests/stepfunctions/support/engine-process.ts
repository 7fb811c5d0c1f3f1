import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Answered } from './harness.ts';

const ROOT = join(import.meta.dirname, '../../../../..');
/** Only two operations load these packages. */
const EXTERNAL = ['asl-validator', '@aws-sdk/*'];

/** The engine in a separate process that the test kills. */
export class EngineProcess {
  readonly #options: object;
  readonly #main: string;
  #process: ChildProcess | undefined;
  /** 0 while the engine does not run. */
  port = 0;
  /** How often it was started. */
  lives = 0;

  constructor(dataDir: string, awsEndpoint: string) {
    // The engine is started many times, and a single bundled file loads much faster than eighty files.
    this.#main = join(dataDir, 'engine.mjs');
    const external = EXTERNAL.map((name) => `--external:${name}`);
    const options = ['--bundle', '--platform=node', '--format=esm', '--log-level=error', `--outfile=${this.#main}`];
    const source = join(ROOT, 'packages/local-aws/src/stepfunctions/protocol/main.ts');
    execFileSync(join(ROOT, 'node_modules/.bin/esbuild'), [source, ...options, ...external]);
    const place = { region: 'us-east-1', accountId: '000000000000' };
    this.#options = { port: 0, dataDir, awsEndpoint, ...place, events: 'none' };
  }

  /** Starts the engine and resolves when it listens. */
  async start(): Promise<void> {
    this.lives += 1;
    const args = ['--disable-warning=ExperimentalWarning', this.#main, JSON.stringify(this.#options)];
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = started;
    this.port = await new Promise<number>((resolve, reject) => {
      let said = '';
      started.stdout.on('data', (chunk: Buffer) => {
        said += chunk;
        if (said.includes('\n')) resolve((JSON.parse(said) as { port: number }).port);
      });
      started.once('exit', (code) => reject(new Error(`the engine ended with ${code}`)));
    });
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null) return;
    this.port = 0;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  }

  /** Calls the engine. Returns undefined if the engine was killed before it answered. @throws the error of the engine */
  async call(operation: string, params: object): Promise<Answered | undefined> {
    if (this.port === 0) return undefined;
    let response: Response;
    let body: Answered;
    try {
      response = await fetch(`http://127.0.0.1:${this.port}/`, {
        method: 'POST',
        headers: { 'x-amz-target': `AWSStepFunctions.${operation}` },
        body: JSON.stringify(params),
      });
      body = (await response.json()) as Answered;
    } catch {
      return undefined;
    }
    if (response.status === 200) return body;
    throw Object.assign(new Error(String(body.message)), { code: String(body.__type).split('#').pop() });
  }
}
