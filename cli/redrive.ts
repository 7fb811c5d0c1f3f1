import { runRedrive } from './commands/redrive.ts';
import { runCommand } from './run.ts';

await runCommand(() => runRedrive(process.argv.slice(2)));
