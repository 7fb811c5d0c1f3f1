import { parseCommand } from '../arguments.ts';
import { campaignSummary, FAILED_SENDS_ASKED } from '../summary.ts';
import { TARGET_OPTIONS, TARGET_OPTIONS_HELP, targetClient } from '../target.ts';

const HELP = `npm run status -- BATCH [options]

Shows the status, the counts and the first errors of a campaign. Without BATCH, lists the newest campaigns.
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
  const batchId = positionals[0];
  if (batchId === undefined) {
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
  const campaign = await client.campaign(batchId);
  if (values.json) console.log(JSON.stringify(campaign));
  else {
    const failed = campaign.counts.ERROR > 0 ? await client.failedSends(batchId, FAILED_SENDS_ASKED) : [];
    console.log(campaignSummary(campaign, failed, []));
  }
  return 0;
}
