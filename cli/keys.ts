import { runKeys } from './commands/keys.ts';
import { runCommand } from './run.ts';

await runCommand(() => runKeys(process.argv.slice(2)));
