/**
 * Runs recorded executions of AWS on the local engine and compares the histories, field by field.
 *
 *     npm run test:conformance -- FOLDER
 *
 * FOLDER holds `recorded-histories.json` (name, definition, input, events of each) and `match-history.mjs`, which knows the
 * placeholders of the recordings.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type RunningStepFunctions, startStepFunctions } from '../../src/stepfunctions/protocol/server.ts';
import { callEngine } from './client.ts';

interface Recording {
  name: string;
  definition: object;
  input: unknown;
  events: object[];
}

type Matches = (expected: unknown, actual: unknown) => string[];

const ENDED_WITHIN_MS = 10_000;

async function waitForEnd(port: number, executionArn: string): Promise<void> {
  const deadline = Date.now() + ENDED_WITHIN_MS;
  while (Date.now() < deadline) {
    const { status } = await callEngine(port, 'DescribeExecution', { executionArn });
    if (status !== 'RUNNING') return;
    await new Promise((done) => setTimeout(done, 2));
  }
  throw new Error(`did not end within ${ENDED_WITHIN_MS} ms`);
}

async function differences(port: number, recording: Recording, index: number, matches: Matches): Promise<string[]> {
  const { stateMachineArn } = await callEngine(port, 'CreateStateMachine', {
    name: `recording-${index}`,
    definition: JSON.stringify(recording.definition),
    roleArn: 'arn:aws:iam::000000000000:role/conformance',
  });
  const input = JSON.stringify(recording.input);
  const { executionArn } = await callEngine(port, 'StartExecution', { stateMachineArn, input });
  await waitForEnd(port, String(executionArn));
  const { events } = await callEngine(port, 'GetExecutionHistory', { executionArn, maxResults: 1000 });
  return matches(recording.events, events);
}

async function run(folder: string, running: RunningStepFunctions): Promise<number> {
  const recordings = JSON.parse(readFileSync(join(folder, 'recorded-histories.json'), 'utf8')) as Recording[];
  const { matches } = (await import(pathToFileURL(join(folder, 'match-history.mjs')).href)) as { matches: Matches };
  let failed = 0;
  for (const [index, recording] of recordings.entries()) {
    const found = await differences(running.port, recording, index, matches).catch((error: Error) => [error.message]);
    console.log(`${found.length === 0 ? 'ok  ' : 'FAIL'} ${recording.name}`);
    for (const difference of found) console.log(`       ${difference}`);
    if (found.length > 0) failed++;
  }
  console.log(`${recordings.length - failed} passed, ${failed} failed`);
  return failed;
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: npm run test:conformance -- FOLDER');
  process.exit(2);
}
const dataDir = mkdtempSync(join(tmpdir(), 'local-aws-conformance-'));
const running = await startStepFunctions({
  port: 0,
  dataDir,
  // No recorded execution calls a service.
  awsEndpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  accountId: '000000000000',
  events: 'none',
});
try {
  process.exitCode = (await run(resolve(folder), running)) > 0 ? 1 : 0;
} finally {
  await running.close();
  rmSync(dataDir, { recursive: true });
}
