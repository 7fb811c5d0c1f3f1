import { type StepFunctionsOptions, startStepFunctions } from './server.ts';

/** Runs the engine as a process. The first argument has its options as JSON. Prints `{"port": …}` when it listens. */
const options: StepFunctionsOptions = JSON.parse(process.argv[2] ?? '{}');
const running = await startStepFunctions(options);
process.stdout.write(`${JSON.stringify({ port: running.port })}\n`);
process.once('SIGTERM', () => void running.close());
process.once('SIGINT', () => void running.close());
