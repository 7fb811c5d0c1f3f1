import { runRedrive } from '../local/terminal/commands/redrive.ts';
import { runCommand } from '../local/terminal/run.ts';

await runCommand(() => runRedrive(process.argv.slice(2)));
