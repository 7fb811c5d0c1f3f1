import { parseArgs } from 'node:util';
import { Caller } from './requests/caller.ts';
import { type Drained, watchDrain } from './requests/drain.ts';
import { startProduct } from './requests/product.ts';
import { Tally } from './requests/tally.ts';
import { runUsers } from './requests/users.ts';

const HELP = `npm run load:requests -- [options]

Boots the product in a process of its own and drives the load of the k6 script of notification requests from this one: users are
added evenly, each creates, processes, waits 0.5 s, looks, waits 1 s. Then it watches the backlog being worked off, which takes
some ten minutes: the provider takes 45 calls in any 10 s. Status 0 when every check holds.

  --users 200     users at the end of the ramp
  --seconds 40    length of the ramp
  --no-drain      do not wait for the backlog
  --json          one JSON document
  --help          this text`;

const P95_MS = 250;
/** What the limiter is set to: 45 in any 10 s. */
const PER_SECOND = 4.5;
const LEAST_USED = 0.95;

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '40' },
    drain: { type: 'boolean', default: true },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
  allowNegative: true,
});

if (values.help) console.log(HELP);
else process.exitCode = await run();

async function run(): Promise<number> {
  const say = values.json ? () => undefined : (line: string) => console.log(line);
  const product = await startProduct();
  const api = new Caller(product.apiUrl, product.apiKey);
  const aws = new Caller(product.awsEndpoint, product.apiKey);
  try {
    const tally = new Tally();
    say(`${values.users} users in ${values.seconds} s against ${product.apiUrl}`);
    const ids = await runUsers(api, { users: Number(values.users), seconds: Number(values.seconds) }, tally);
    const { checks, durations } = tally;
    if (!values.json) {
      console.table(checks);
      console.table(durations);
    }
    const drained = values.drain ? await watchDrain({ api, aws, say }, ids, PER_SECOND) : undefined;
    if (drained && !values.json) console.table([drained]);
    const holds =
      checks.every(({ failed }) => failed === 0) &&
      durations.every(({ p95 }) => p95 < P95_MS) &&
      (!drained || isClean(drained));
    if (values.json) console.log(JSON.stringify({ requests: ids.length, checks, durations, drained, holds }));
    else say(holds ? `Every check holds: ${ids.length} requests` : 'NOT every check holds');
    return holds ? 0 : 1;
  } finally {
    api.close();
    aws.close();
    await product.stop();
  }
}

function isClean({ failed, lost, twice, throttled, used, seconds }: Drained): boolean {
  return failed + lost + twice + throttled === 0 && (used >= LEAST_USED || seconds === 0);
}
