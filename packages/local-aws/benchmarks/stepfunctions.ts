import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { callEngine } from '../tests/conformance/client.ts';

/** One line of the result. `holds` says whether the ratio of value to `against` meets its bound. */
interface BenchRow {
  name: string;
  value: number;
  unit: string;
  against: number;
  ratio: number;
  bound: number;
  holds: boolean;
}

const MAIN = join(import.meta.dirname, '../src/stepfunctions/protocol/main.ts');
const ROLE = 'arn:aws:iam::000000000000:role/benchmark';

/** The lowest acceptable rates on two cores, per second. */
const LEAST_TRANSITIONS = 3000;
const LEAST_CHILDREN = 400;
/** The same as shares of a bare loop that commits one row at a time, some 12,000 a second on such a machine. */
const LEAST_TRANSITION_RATIO = 0.25;
const LEAST_CHILD_RATIO = 0.033;
const MEMORY_MB = 400;

const LOOPS = 10;
const STEPS = 2000;
const CHILDREN = 5000;
const MEMORY_CHILDREN = 100_000;

/** Rows per second that a bare loop commits to SQLite one by one: the cost of durability without group commit. */
function bareCommits(folder: string): number {
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)',
  );
  const insert = db.prepare('INSERT INTO bare (text) VALUES (?)');
  const text = 'x'.repeat(500);
  const started = performance.now();
  const until = started + 1000;
  let count = 0;
  for (; performance.now() < until; count++) insert.run(text);
  const perSecond = count / ((performance.now() - started) / 1000);
  db.close();
  return perSecond;
}

/** S3 with one CSV, whose key gives its number of rows. Results are discarded. */
async function startFiles(): Promise<{ endpoint: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const rows = request.method === 'GET' ? Number(request.url?.split('/').pop()) : 0;
      if (rows > 0) response.write('row,name\n');
      for (let row = 1; row <= rows; row++) response.write(`${row},name ${row}\n`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

interface Engine {
  port: number;
  process: ChildProcess;
}

async function startEngine(dataDir: string, awsEndpoint: string): Promise<Engine> {
  // Without AWS's pace of dispatch, which would be all that is measured.
  const place = { region: 'us-east-1', accountId: '000000000000', paces: {} };
  const options = JSON.stringify({ port: 0, dataDir, awsEndpoint, ...place, events: 'none' });
  const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await new Promise<Buffer>((resolve) => started.stdout.once('data', resolve))).toString().split('\n');
  return { port: (JSON.parse(line ?? '') as { port: number }).port, process: started };
}

/** Peak memory of a process in MB, or its current memory if the system does not report the peak. */
function peakMemory(pid: number | undefined): number {
  const status = `/proc/${pid}/status`;
  const peak = existsSync(status) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1] : undefined;
  return Number(peak ?? 0) / 1024;
}

async function ended(port: number, executionArn: unknown): Promise<void> {
  for (;;) {
    const { status, error } = await callEngine(port, 'DescribeExecution', { executionArn });
    if (status === 'SUCCEEDED') return;
    if (status !== 'RUNNING') throw new Error(`The execution ended ${status}: ${error}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function create(port: number, name: string, definition: object): Promise<unknown> {
  const params = { name, definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }), roleArn: ROLE };
  return (await callEngine(port, 'CreateStateMachine', params)).stateMachineArn;
}

async function start(port: number, stateMachineArn: unknown, input: object): Promise<unknown> {
  return (await callEngine(port, 'StartExecution', { stateMachineArn, input: JSON.stringify(input) })).executionArn;
}

/** Transitions per second of executions with a long chain of Pass states. */
async function transitions(port: number): Promise<number> {
  const chain = Array.from({ length: STEPS }, (_, i) => [
    `P${i}`,
    { Type: 'Pass', ...(i + 1 < STEPS ? { Next: `P${i + 1}` } : { End: true }) },
  ]);
  const machine = await create(port, 'chain', { StartAt: 'P0', States: Object.fromEntries(chain) });
  const started = performance.now();
  const executions = await Promise.all(Array.from({ length: LOOPS }, () => start(port, machine, { a: 1 })));
  for (const execution of executions) await ended(port, execution);
  return (LOOPS * STEPS) / ((performance.now() - started) / 1000);
}

/** Children per second of a Map Run over a CSV, with one Pass state each and a ResultWriter. */
async function children(port: number, rows: number): Promise<number> {
  const machine = await create(port, `map-${rows}`, {
    StartAt: 'Rows',
    States: {
      Rows: {
        Type: 'Map',
        Label: 'Rows',
        MaxConcurrency: 1000,
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
          Arguments: { Bucket: 'files', Key: '{% $string($states.input.rows) %}' },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Row',
          States: { Row: { Type: 'Pass', End: true } },
        },
        ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'results', Prefix: 'run' } },
        End: true,
      },
    },
  });
  const started = performance.now();
  await ended(port, await start(port, machine, { rows }));
  return rows / ((performance.now() - started) / 1000);
}

const rateRow = (name: string, value: number, bare: number, floor: number, bound: number): BenchRow => {
  const ratio = value / bare;
  // On a slower machine the bare loop is slower too, so the ratio decides.
  return { name, value, unit: 'per second', against: bare, ratio, bound, holds: value >= floor || ratio >= bound };
};

/** Measures the throughput of the Step Functions engine against a bare loop of commits, and its memory. */
async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'local-aws-bench-'));
  const files = await startFiles();
  const engine = await startEngine(folder, files.endpoint);
  try {
    const bare = bareCommits(folder);
    const perSecond = await transitions(engine.port);
    const childrenPerSecond = await children(engine.port, CHILDREN);
    await children(engine.port, MEMORY_CHILDREN);
    const memory = peakMemory(engine.process.pid);
    const ratio = memory / MEMORY_MB;
    return [
      rateRow('Step Functions: Pass transitions', perSecond, bare, LEAST_TRANSITIONS, LEAST_TRANSITION_RATIO),
      rateRow('Step Functions: Map Run children', childrenPerSecond, bare, LEAST_CHILDREN, LEAST_CHILD_RATIO),
      {
        name: 'Step Functions: memory of 100,000 items',
        value: memory,
        unit: 'MB',
        against: MEMORY_MB,
        ratio,
        bound: 1,
        holds: ratio < 1,
      },
    ];
  } finally {
    engine.process.kill('SIGKILL');
    files.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

// Prints the rows as JSON, for whoever collects benchmarks.
console.log(JSON.stringify(await run()));
