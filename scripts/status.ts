import { runStatus } from '../local/terminal/commands/status.ts';
import { runCommand } from '../local/terminal/run.ts';

await runCommand(() => runStatus(process.argv.slice(2)));
