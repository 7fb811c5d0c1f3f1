import { parentPort, workerData } from 'node:worker_threads';
import { type StepFunctionsOptions, startStepFunctions } from './server.ts';

/**
 * The engine on its own: in a worker thread with its options as workerData, or in a process with them as JSON in the first
 * argument. Once it listens it says `{"port": …}`: to the parent thread, or as a line of its output.
 */
const options: StepFunctionsOptions = parentPort ? workerData : JSON.parse(process.argv[2] ?? '{}');
const running = await startStepFunctions(options);
if (parentPort) {
  const port = parentPort;
  port.postMessage({ port: running.port });
  port.once('message', async () => {
    await running.close();
    port.postMessage({ closed: true });
    port.close();
  });
} else {
  process.stdout.write(`${JSON.stringify({ port: running.port })}\n`);
  process.once('SIGTERM', () => void running.close());
  process.once('SIGINT', () => void running.close());
}
