import { parseCommand } from '../arguments.ts';
import { hasEnded } from '../follow.ts';
import { summaryOf } from '../send-campaign.ts';
import { adviceFor } from '../summary.ts';
import { stackOptionsOf, TARGET_OPTIONS, TARGET_OPTIONS_HELP, targetClient } from '../target.ts';

const HELP = `npm run status -- BATCH [options]

Shows the status, the counts and the first errors of a campaign. Without BATCH, lists the newest campaigns.
BATCH is a batchId, the beginning of one that no other has, or a campaignId.
The exit status is 0 also for a campaign that failed.

${TARGET_OPTIONS_HELP}`;

const LISTED = 20;

/** `npm run status` */
export async function runStatus(args: readonly string[]): Promise<number> {
  const spec = { command: 'npm run status', help: HELP, options: TARGET_OPTIONS, positionals: 1 };
  const parsed = parseCommand(spec, args);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  const client = targetClient(values);
  const [name] = positionals;
  if (name === undefined) {
    const campaigns = await client.campaigns(LISTED);
    if (values.json) console.log(JSON.stringify({ campaigns }));
    else if (campaigns.length === 0) console.log('There are no campaigns yet.');
    else {
      for (const { batchId: id, status, counts, enqueued, nextRetryAt } of campaigns) {
        const waits = nextRetryAt ? `, continues by ${nextRetryAt}` : '';
        console.log(`${id}  ${status.padEnd(9)}  ${counts.SENT} of ${enqueued} sent, ${counts.ERROR} errors${waits}`);
      }
    }
    return 0;
  }
  const campaign = await client.campaign(await client.findBatch(name));
  if (values.json) console.log(JSON.stringify(campaign));
  else {
    const advice = hasEnded(campaign) ? adviceFor(campaign, stackOptionsOf(values)) : undefined;
    console.log([await summaryOf(client, campaign), ...(advice ? ['', advice] : [])].join('\n'));
  }
  return 0;
}
