import { runStart } from '../local/terminal/commands/start.ts';
import { runCommand } from '../local/terminal/run.ts';
import { prepare } from './prepare.ts';

await runCommand(() => runStart(process.argv.slice(2), prepare));
