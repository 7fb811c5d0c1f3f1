import { parseArgs } from 'node:util';
import { Caller } from './requests/caller.ts';
import { type Drained, watchDrain } from './requests/drain.ts';
import { startProduct } from './requests/product.ts';
import { Tally } from './requests/tally.ts';
import { runUsers } from './requests/users.ts';

const HELP = `npm run load:requests -- [options]

Boots the product in its own process and generates the load of examples/k6/requests.js from this one. Users are added evenly. Each
creates a request, has it processed, waits 0.5 s, gets it, and waits 1 s. Then the backlog is watched until it is empty, which
takes about ten minutes, because the provider accepts 45 calls in any 10 s. The exit status is 0 when every check holds.

  --users 200     users at the end of the ramp
  --seconds 40    length of the ramp
  --no-drain      do not wait for the backlog
  --json          print one JSON document
  --help          this text`;

const P95_MS = 250;
/** The limiter's setting: 45 calls in any 10 s. */
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
    else say(holds ? `Every check holds: ${ids.length} requests` : 'Some checks do not hold');
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
