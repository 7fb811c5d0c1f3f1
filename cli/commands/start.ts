import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { parseCommand, UsageError } from '../arguments.ts';
import { bootStack, type Prepare } from '../boot.ts';
import { ProductClient } from '../client.ts';
import { Screen } from '../screen.ts';
import { sendCampaign } from '../send-campaign.ts';
import { STACK_OPTIONS, STACK_OPTIONS_HELP, stackSettings } from '../stack-options.ts';
import { addresses } from '../summary.ts';
import { stackOptionsOf } from '../target.ts';

const EXAMPLE = 'examples/welcome.csv';

const HELP = `npm start -- [FILE.csv] [options]

Boots local AWS and the product, uploads the file (${EXAMPLE} by default), shows the campaign until it ends,
and keeps running. A file that was sent before is not sent again.

  --exit             stop when the campaign ends, with status 0 when it SUCCEEDED and 1 otherwise
  --format html      the content is HTML, and a text part is made from it; text by default
  --dry-run          run every step except the call of the email provider
  --campaign ID      your name for the campaign (a-z, 0-9 and -, at most 32 characters); the same file under
                     another name is sent again
${STACK_OPTIONS_HELP}`;

const OPTIONS = {
  ...STACK_OPTIONS,
  exit: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  campaign: { type: 'string' },
  format: { type: 'string' },
} as const;

/** `npm start` */
export async function runStart(args: readonly string[], prepare: Prepare): Promise<number> {
  const parsed = parseCommand({ command: 'npm start', help: HELP, options: OPTIONS, positionals: 1 }, args);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  const settings = stackSettings(values);
  const file = positionals[0] ?? EXAMPLE;
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}`);
  if (!statSync(file).isFile()) throw new UsageError(`${file} is not a file`);
  const { campaign } = values;
  if (campaign !== undefined && !/^[a-z0-9-]{1,32}$/.test(campaign)) {
    throw new UsageError(`--campaign takes 1 to 32 characters of a-z, 0-9 and -, not "${campaign}"`);
  }
  const { format } = values;
  if (format !== undefined && format !== 'text' && format !== 'html') {
    throw new UsageError(`--format takes text or html, not "${format}"`);
  }

  const screen = new Screen(process.stdout);
  const booted = await bootStack(settings, screen, prepare);
  if (!booted) return 1;
  const { stack, signal, interrupted, hasFailed, stop } = booted;
  const { apiUrl, awsEndpoint, apiKey } = stack.outputs;
  let status = 1;
  try {
    screen.print(`\nUploading ${basename(file)}`);
    const sending = sendCampaign({
      client: new ProductClient(apiUrl, apiKey),
      file,
      options: {
        dryRun: values['dry-run'],
        ...(campaign !== undefined && { campaignId: campaign }),
        ...(format !== undefined && { format }),
      },
      screen,
      signal,
      afterwards: 'It goes on by itself with the next npm start; rows that were sent are not sent again.',
      stackOptions: stackOptionsOf(values),
      ...(process.env.PREGON_API_KEY ? {} : { apiKey }),
    });
    // An upload has no answer to wait for once the stack is stopping.
    const stopping = interrupted.then(() => {
      throw signal.reason;
    });
    const succeeded = await Promise.race([sending, stopping]);
    status = succeeded ? 0 : 1;
    if (!values.exit) {
      screen.print(`\n${addresses(apiUrl, awsEndpoint)}`);
      screen.print('\nCtrl-C stops it. The next start continues where it stopped.');
      await interrupted;
      // The command was to run until it is interrupted, so the result of the campaign is not its status.
      status = 0;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    status = values.exit ? 1 : 0;
  } finally {
    await stop();
  }
  return hasFailed() ? 1 : status;
}
