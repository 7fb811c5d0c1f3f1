import { prepare } from '../scripts/prepare.ts';
import { runStart } from './commands/start.ts';
import { runCommand } from './run.ts';

await runCommand(() => runStart(process.argv.slice(2), prepare));
