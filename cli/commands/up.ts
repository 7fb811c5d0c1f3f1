import { parseCommand } from '../arguments.ts';
import { bootStack, type Prepare } from '../boot.ts';
import { Screen } from '../screen.ts';
import { STACK_OPTIONS, STACK_OPTIONS_HELP, stackSettings } from '../stack-options.ts';
import { addresses } from '../summary.ts';

const HELP = `npm run up -- [options]

Boots local AWS and the product, and keeps running. Only campaigns that were running before are sent.

${STACK_OPTIONS_HELP}`;

/** `npm run up` */
export async function runUp(args: readonly string[], prepare: Prepare): Promise<number> {
  const parsed = parseCommand({ command: 'npm run up', help: HELP, options: STACK_OPTIONS, positionals: 0 }, args);
  if (!parsed) return 0;
  const screen = new Screen(process.stdout);
  const booted = await bootStack(stackSettings(parsed.values), screen, prepare);
  if (!booted) return 0;
  const { apiUrl, awsEndpoint } = booted.stack.outputs;
  screen.print(addresses(apiUrl, awsEndpoint));
  screen.print('\nCtrl-C stops it. The next start continues where it stopped.');
  await booted.interrupted;
  await booted.stop();
  return booted.hasFailed() ? 1 : 0;
}
