import { runStatus } from './commands/status.ts';
import { runCommand } from './run.ts';

await runCommand(() => runStatus(process.argv.slice(2)));
