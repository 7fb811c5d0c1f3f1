import { withUnsubscribeFooter, withUnsubscribeUrl } from '../consent/unsubscribe-link.ts';
import { inspectCsv } from '../csv/inspect.ts';
import { type CsvSummary, readCsv } from '../csv/read.ts';
import type { ValidRow } from '../csv/row.ts';
import type { Mailbox } from '../delivery/providers/outgoing-email.ts';
import { PregonError } from '../errors.ts';
import type { CampaignRecord } from './campaign.ts';
import { quotaWarning, type SendQuota } from './daily-quota.ts';
import { type Estimate, estimateOf } from './estimate.ts';
import { batchIdOf } from './identity.ts';
import { encodingName, hashedWith, type IngestDeps, quotaOf, readOptionsOf, type Upload } from './ingest.ts';
import { mailBody, mailHead } from './mail.ts';
import { type CampaignOptions, checkSameOptions, checkSchedule } from './options.ts';
import { batchWithRows, rowsKeyOf } from './rows-claim.ts';
import { sendTest, type TestMail, type TestMailDeps, type TestResult } from './test-mail.ts';

export type PreflightDeps = Pick<
  IngestDeps,
  'control' | 'store' | 'clock' | 'sendRate' | 'sendQuota' | 'suppressions' | 'telemetry'
> & {
  from: Mailbox;
  /** The words of the link at the end of emails that have none; empty: no footer. */
  footer: string;
  testMail: TestMailDeps;
};

export interface PreflightRequest extends Pick<Upload, 'source' | 'options' | 'maxRows'> {
  /** Addresses that get the mail of one of the first rows each. */
  testTo?: readonly string[] | undefined;
  /** The link of the samples, by which nobody unsubscribes. */
  unsubscribeUrl: string;
}

/** One email as it would leave. */
export interface Sample extends TestMail {
  row: number;
  to: string;
}

export interface Preflight {
  batchId: string;
  summary: CsvSummary;
  warnings: string[];
  from: Mailbox;
  /** Of the first rows. */
  samples: Sample[];
  estimate: Estimate;
  /** Undefined when SES does not return it. */
  quota: (SendQuota & { enough: boolean }) | undefined;
  /** The batch that has this file or these rows: an upload would send nothing. */
  duplicateOf?: string;
  tests: TestResult[];
}

const SAMPLES = 10;
/** An API waits 30 s for its function, which has read the file before. */
const TESTS_WITHIN_MS = 20_000;

/**
 * What an upload would do, without doing it: reads the file as `ingest` does, renders the first rows, and compares the rest with rate and
 * quota. Stores nothing. Throws as `ingest` does for a file or an option that it refuses.
 */
export async function preflight(deps: PreflightDeps, request: PreflightRequest): Promise<Preflight> {
  const { source, options, maxRows, testTo = [] } = request;
  const inspection = await inspectCsv(source, hashedWith(options));
  const batchId = batchIdOf(inspection, options);
  const now = deps.clock.now();
  const same = await deps.store.get(batchId);
  if (!same) checkSchedule(options.sendAt, now);

  const first: ValidRow[] = [];
  const summary = await readCsv(source, inspection, readOptionsOf(deps, options, maxRows), {
    onRow: (row) => {
      if (first.length < SAMPLES) first.push(row);
    },
    onSkip: () => undefined,
  });
  const [perSecond, quota] = await Promise.all([deps.sendRate(), quotaOf(deps)]);
  const other = same ?? (await batchWithRows(deps, rowsKeyOf(summary.rowsHash, options)));
  const startAt = options.sendAt === undefined ? now : Math.max(now, Date.parse(options.sendAt));
  const plan = { ...(quota ?? UNLIMITED), rows: summary.enqueued, perSecond, startAt };
  const overQuota = options.dryRun ? undefined : quotaWarning(plan, now);
  const samples = first.map((row) => sampleOf(row, request, deps));
  return {
    batchId,
    summary,
    warnings: [
      ...summary.warnings,
      ...(overQuota === undefined ? [] : [overQuota]),
      ...(other ? differencesFrom(other, options, same ? encodingName(inspection, options) : 'any') : []),
    ],
    from: mailHead(deps.from, options).from,
    samples,
    estimate: estimateOf(plan, options),
    quota: quota && { ...quota, enough: overQuota === undefined },
    ...(other && { duplicateOf: other.batchId }),
    tests: await sendTests(deps, testTo, samples),
  };
}

const UNLIMITED: SendQuota = { max24HourSend: -1, sentLast24Hours: 0 };

function sampleOf(
  { row, email, subject, content }: ValidRow,
  { options, unsubscribeUrl }: PreflightRequest,
  { from, footer }: PreflightDeps,
): Sample {
  const body = withUnsubscribeFooter(mailBody(content, options.format), footer);
  return { row, to: email, subject, ...mailHead(from, options), ...withUnsubscribeUrl(body, unsubscribeUrl) };
}

/** An upload of a file that is known, with other options, is refused: the reason is a warning here. */
function differencesFrom(
  other: CampaignRecord,
  options: CampaignOptions,
  encoding: string | undefined | 'any',
): string[] {
  try {
    checkSameOptions(other, options, encoding);
    return [];
  } catch (error) {
    if (!(error instanceof PregonError)) throw error;
    return [error.message];
  }
}

/** The first address gets the mail of the first row, and so on; with fewer rows they begin again. */
async function sendTests(
  { testMail }: PreflightDeps,
  testTo: readonly string[],
  samples: readonly Sample[],
): Promise<TestResult[]> {
  const until = testMail.clock.now() + TESTS_WITHIN_MS;
  const results: TestResult[] = [];
  for (const [n, to] of testTo.entries()) {
    const sample = samples[n % samples.length];
    if (!sample) break;
    const { row: _row, to: _to, ...mail } = sample;
    results.push(await sendTest(testMail, to, mail, until));
  }
  await testMail.limiter.idle();
  return results;
}
