import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseCommand, UsageError, wholeNumber } from '../cli/arguments.ts';
import { runCommand } from '../cli/run.ts';

const HELP = `npm run smoke -- --outputs FILE [options]

Checks that a stage works, local or deployed, and sends nothing: its health and pages, that it refuses callers without a key, a dry run of one
row that is followed to its end, the same file again, and GraphQL. Needs a key with the scopes send and read.

  --outputs FILE   the outputs: <data>/outputs.json of a local stack, or what npm run deploy -- --outputs FILE wrote.
                   The key is taken from PREGON_API_KEY, or from a local stack's file
  --timeout 300    seconds within which the dry run must end
  --help           this text`;

const OPTIONS = { outputs: { type: 'string' }, timeout: { type: 'string', default: '300' } } as const;
const POLL_MS = 1_000;
const ENDED = ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'];

interface Answer {
  status: number;
  body: Record<string, unknown>;
}
type Call = (path: string, init?: RequestInit) => Promise<Answer>;

async function runSmoke(args: readonly string[]): Promise<number> {
  const parsed = parseCommand({ command: 'npm run smoke', help: HELP, options: OPTIONS, positionals: 0 }, args);
  if (!parsed) return 0;
  const { outputs, timeout } = parsed.values;
  if (outputs === undefined) throw new UsageError('Which stage? npm run smoke -- --outputs FILE');
  const { apiUrl, apiKey } = outputsIn(outputs);
  const call = caller(apiUrl);
  const seconds = wholeNumber('timeout', timeout, 1, 3_600);
  console.log(`Smoke test of ${apiUrl}`);
  try {
    await checkPages(call);
    await checkRefusals(call);
    await checkDryRun((path, init) => call(path, withKey(init, apiKey)), seconds);
  } catch (error) {
    if (!(error instanceof CheckFailed)) throw error;
    console.error(error.message);
    return 1;
  }
  console.log('The stage works');
  return 0;
}

class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** The API of a local stack's outputs, or of the one stack in the file that the CDK CLI wrote. Throws UsageError. */
function outputsIn(file: string): { apiUrl: string; apiKey: string } {
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}`);
  const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const stacks = [written, ...Object.values(written)].filter((value) => typeof value === 'object' && value !== null);
  const found = stacks.filter((stack) => 'apiUrl' in stack) as { apiUrl: string; apiKey?: string }[];
  const [stack] = found;
  if (!stack || found.length > 1) throw new UsageError(`${file} must hold the output apiUrl of one stack`);
  const apiKey = process.env.PREGON_API_KEY || stack.apiKey;
  if (!apiKey) throw new UsageError('A deployed stage needs its key in PREGON_API_KEY');
  return { apiUrl: stack.apiUrl.replace(/\/$/, ''), apiKey };
}

const caller =
  (apiUrl: string): Call =>
  async (path, init = {}) => {
    const response = await fetch(`${apiUrl}${path}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(35_000),
      ...init,
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, body: isJson ? JSON.parse(text) : { text } };
  };

const withKey = (init: RequestInit = {}, key: string): RequestInit => ({
  ...init,
  headers: { ...init.headers, authorization: `Bearer ${key}` },
});

function expectThat(holds: boolean, what: string, answer: unknown): void {
  if (!holds) throw new CheckFailed(`FAILED  ${what}\nThe answer was ${JSON.stringify(answer).slice(0, 500)}`);
  console.log(`  ok  ${what}`);
}

async function checkPages(call: Call): Promise<void> {
  const health = await call('/health');
  expectThat(health.status === 200 && health.body.status === 'ok', 'GET /health answers 200', health);
  for (const path of ['/console', '/docs', '/graphql', '/openapi.json']) {
    const page = await call(path);
    expectThat(page.status === 200, `GET ${path} answers 200`, page.status);
  }
}

/** The answers of API Gateway itself. A wrong key, so that the authorizer is asked too. */
async function checkRefusals(call: Call): Promise<void> {
  const without = await call('/campaigns');
  const unauthorized = without.status === 401 && without.body.message === 'Unauthorized';
  expectThat(unauthorized, 'a request without a key is answered with 401', without);
  const wrong = await call('/campaigns', withKey({}, `wrong-${randomUUID()}`));
  const forbidden = wrong.status === 403 && wrong.body.message === 'Forbidden';
  expectThat(forbidden, 'a wrong key is answered with 403', wrong);
}

async function checkDryRun(call: Call, seconds: number): Promise<void> {
  const csv = `email,subject,content\nsuccess@simulator.amazonses.com,Smoke test,${randomUUID()}\n`;
  const upload = () => {
    const form = new FormData();
    form.append('file', new Blob([csv], { type: 'text/csv' }), 'smoke.csv');
    form.append('campaignId', 'smoke');
    form.append('dryRun', 'true');
    return call('/upload', { method: 'POST', body: form });
  };
  const uploaded = await upload();
  expectThat(
    uploaded.status === 202 && uploaded.body.enqueued === 1,
    'POST /upload accepts a dry run of one row',
    uploaded,
  );
  const { batchId } = uploaded.body;

  const deadline = performance.now() + seconds * 1000;
  /** Asks again until the answer is as expected, or the time is over. */
  async function until(isDone: (answer: Answer) => boolean, path: string, init?: RequestInit): Promise<Answer> {
    for (;;) {
      const answer = await call(path, init);
      if (isDone(answer) || performance.now() > deadline) return answer;
      await sleep(POLL_MS);
    }
  }
  const campaign = await until(({ body }) => ENDED.includes(String(body.status)), `/campaigns/${batchId}`);
  const { status, counts } = campaign.body as { status?: string; counts?: { SENT?: number } };
  expectThat(
    status === 'SUCCEEDED' && counts?.SENT === 1,
    `its campaign ${batchId} ends SUCCEEDED, its row SENT`,
    campaign,
  );

  const again = await upload();
  const repeated = again.status === 200 && again.body.duplicate === true && again.body.batchId === batchId;
  expectThat(repeated, 'the same file again sends nothing', again);

  const query = 'query ($batchId: ID!) { listEmailStatus(batchId: $batchId) { email status } }';
  const shown = ({ body }: Answer) =>
    (body as { data?: { listEmailStatus?: { status: string }[] } }).data?.listEmailStatus?.[0]?.status === 'SENT';
  // The index that lists rows follows the table.
  const listed = await until(shown, '/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { batchId } }),
  });
  expectThat(shown(listed), 'POST /graphql shows the row as SENT', listed);
}

await runCommand(() => runSmoke(process.argv.slice(2)));
