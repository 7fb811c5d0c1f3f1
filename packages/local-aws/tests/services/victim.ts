/** A local AWS in a process of its own, to be killed: says its address, and serves until then. */
import { startLocalAws } from '../../src/local-aws.ts';

const [cdkOut = '', dataDir = ''] = process.argv.slice(2);
const aws = await startLocalAws({
  cdkOut,
  stackName: 'app',
  dataDir,
  port: 0,
  maxSendRate: 100_000,
  onError: (error) => {
    throw error;
  },
});
process.stdout.write(`${aws.gateway.url}\n`);
