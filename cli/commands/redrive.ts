import { interruptSignal } from 'local-aws';
import { parseCommand, UsageError } from '../arguments.ts';
import { followCampaign } from '../follow.ts';
import { Screen } from '../screen.ts';
import { summaryOf } from '../send-campaign.ts';
import { adviceFor, shortId } from '../summary.ts';
import { stackOptionsOf, TARGET_OPTIONS, TARGET_OPTIONS_HELP, targetClient } from '../target.ts';

const HELP = `npm run redrive -- BATCH [options]

Continues a campaign that failed or was stopped. Sends the rows that were not sent and those whose error is retryable.
BATCH is a batchId, the beginning of one that no other has, or a campaignId.

  --wait           show the campaign until it ends, with status 0 when it SUCCEEDED and 1 otherwise
  --unconfirmed resend|accept
                   what to do with rows that may or may not have been sent: resend them,
                   or accept them as they are. Valid for this redrive only.
${TARGET_OPTIONS_HELP}`;

/** `npm run redrive` */
export async function runRedrive(args: readonly string[]): Promise<number> {
  const options = {
    ...TARGET_OPTIONS,
    unconfirmed: { type: 'string' },
    wait: { type: 'boolean', default: false },
  } as const;
  const parsed = parseCommand({ command: 'npm run redrive', help: HELP, options, positionals: 1 }, args);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  const [name] = positionals;
  if (name === undefined) throw new UsageError('Which campaign? npm run redrive -- BATCH');
  const { unconfirmed, wait, json } = values;
  if (unconfirmed !== undefined && unconfirmed !== 'resend' && unconfirmed !== 'accept') {
    throw new UsageError(`--unconfirmed takes resend or accept, not "${unconfirmed}"`);
  }
  const client = targetClient(values);
  const batchId = await client.findBatch(name);
  const answer = await client.redrive(batchId, unconfirmed);
  const statusCommand = `npm run status -- ${shortId(batchId)}${stackOptionsOf(values)}`;
  if (!wait) {
    const { retrying } = answer;
    // An earlier release does not say it.
    const rows =
      retrying === undefined ? '' : ` with ${retrying.toLocaleString('en-US')} ${retrying === 1 ? 'row' : 'rows'}`;
    console.log(json ? JSON.stringify(answer) : `The campaign continues${rows}. See ${statusCommand}`);
    return 0;
  }
  const signal = interruptSignal();
  // With --json the progress would be in the way of a script.
  const screen = new Screen(json ? { write: () => undefined } : process.stdout);
  try {
    const campaign = await followCampaign(client, batchId, screen, signal, `The campaign goes on: ${statusCommand}`);
    const advice = adviceFor(campaign, stackOptionsOf(values));
    console.log(
      json ? JSON.stringify(campaign) : [await summaryOf(client, campaign), ...(advice ? ['', advice] : [])].join('\n'),
    );
    return campaign.status === 'SUCCEEDED' ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 1;
    throw error;
  }
}
