import { prepare } from '../scripts/prepare.ts';
import { runUp } from './commands/up.ts';
import { runCommand } from './run.ts';

await runCommand(() => runUp(process.argv.slice(2), prepare));
