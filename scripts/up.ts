import { runUp } from '../local/terminal/commands/up.ts';
import { runCommand } from '../local/terminal/run.ts';
import { prepare } from './prepare.ts';

await runCommand(() => runUp(process.argv.slice(2), prepare));
