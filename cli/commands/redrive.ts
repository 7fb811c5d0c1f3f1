import { parseCommand, UsageError } from '../arguments.ts';
import { TARGET_OPTIONS, TARGET_OPTIONS_HELP, targetClient } from '../target.ts';

const HELP = `npm run redrive -- BATCH [options]

Continues a campaign that failed or was stopped. Sends the rows that were not sent and those whose error is retryable.

  --unconfirmed resend|accept
                   what to do with rows that may or may not have been sent: resend them,
                   or accept them as they are. Valid for this redrive only.
${TARGET_OPTIONS_HELP}`;

/** `npm run redrive` */
export async function runRedrive(args: readonly string[]): Promise<number> {
  const options = { ...TARGET_OPTIONS, unconfirmed: { type: 'string' } } as const;
  const parsed = parseCommand({ command: 'npm run redrive', help: HELP, options, positionals: 1 }, args);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  const batchId = positionals[0];
  if (batchId === undefined) throw new UsageError('Which campaign? npm run redrive -- BATCH');
  const { unconfirmed } = values;
  if (unconfirmed !== undefined && unconfirmed !== 'resend' && unconfirmed !== 'accept') {
    throw new UsageError(`--unconfirmed takes resend or accept, not "${unconfirmed}"`);
  }
  const answer = await targetClient(values).redrive(batchId, unconfirmed);
  console.log(values.json ? JSON.stringify(answer) : `The campaign continues. See npm run status -- ${batchId}`);
  return 0;
}
