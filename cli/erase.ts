import { runErase } from './commands/erase.ts';
import { runCommand } from './run.ts';

await runCommand(() => runErase(process.argv.slice(2)));
