import { type StepFunctionsOptions, startStepFunctions } from './server.ts';

/** The engine in a process of its own, with its options as JSON in the first argument. Once it listens it prints `{"port": …}`. */
const options: StepFunctionsOptions = JSON.parse(process.argv[2] ?? '{}');
const running = await startStepFunctions(options);
process.stdout.write(`${JSON.stringify({ port: running.port })}\n`);
process.once('SIGTERM', () => void running.close());
process.once('SIGINT', () => void running.close());
