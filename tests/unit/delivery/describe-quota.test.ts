import type { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { createCampaignCache, MAX_AGE_MS } from '../../../core/campaigns/campaign-cache.ts';
import { createExecutions } from '../../../core/campaigns/executions.ts';
import { followCampaign, listCampaigns, refreshCampaign } from '../../../core/campaigns/refresh.ts';
import { stopCampaign } from '../../../core/campaigns/stop.ts';
import { silent } from '../support/telemetry.ts';
import { STATE_MACHINE_ARN } from './fake-states.ts';
import { openDelivery } from './support.ts';

/** The quota of DescribeExecution: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const PER_SECOND = 15;
const CAMPAIGNS = 10;

let delivery: Awaited<ReturnType<typeof openDelivery>>;
afterEach(() => delivery.close());

/** Running campaigns, and Step Functions that throttles every DescribeExecution while `isThrottling`. */
async function open(campaigns: number) {
  delivery = await openDelivery();
  const { clock, store, ledger, counters } = delivery;
  const batches = Array.from({ length: campaigns }, (_, n) => `batch-${n}`);
  for (const batchId of batches) await delivery.campaign(1, { batchId, enqueued: 1 });
  const states = { asked: 0, patient: 0, isThrottling: false };
  const describe = async (_command: DescribeExecutionCommand) => {
    states.asked += 1;
    if (states.isThrottling) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    return { status: 'RUNNING', redriveCount: 0 };
  };
  const client = (send: (command: DescribeExecutionCommand) => Promise<object>) => ({ send }) as never;
  const patient = client((command) => {
    states.patient += 1;
    return describe(command);
  });
  const executions = createExecutions(patient, STATE_MACHINE_ARN, client(describe));
  return { states, batches, deps: { store, ledger, counters, executions, clock, telemetry: silent } };
}

it.each([1, 4])(
  'ten campaigns and %i worker instances stay at a third of the quota of DescribeExecution',
  async (instances) => {
    const { states, batches, deps } = await open(CAMPAIGNS);
    const caches = Array.from({ length: instances }, () =>
      createCampaignCache((batchId) => followCampaign(deps, batchId), delivery.clock),
    );
    const seconds = 6;
    for (let step = 0; step < seconds * 2; step += 1) {
      await Promise.all(caches.flatMap((cache) => batches.map((batchId) => cache.get(batchId, MAX_AGE_MS))));
      delivery.clock.move(500);
    }
    expect(states.asked / seconds).toBeLessThanOrEqual(PER_SECOND / 3);
    expect(states.patient).toBe(0);
  },
);

it('lists of running campaigns share these calls, and one that is opened is asked for once a second', async () => {
  const { states, batches, deps } = await open(CAMPAIGNS);
  const seconds = 4;
  for (let step = 0; step < seconds * 2; step += 1) {
    await listCampaigns(deps, { limit: 50 });
    delivery.clock.move(500);
  }
  expect(states.asked).toBe(CAMPAIGNS * (seconds / 2));
  states.asked = 0;
  for (let step = 0; step < seconds * 4; step += 1) {
    await refreshCampaign(deps, batches[0] ?? '');
    delivery.clock.move(250);
  }
  expect(states.asked).toBe(seconds);
});

it('a throttled description is neither repeated nor a failure: workers and readers go on with the record', async () => {
  const { states, batches, deps } = await open(1);
  const [batchId = ''] = batches;
  states.isThrottling = true;
  expect(await followCampaign(deps, batchId)).toMatchObject({ status: 'RUNNING' });
  delivery.clock.move(1_000);
  expect(await refreshCampaign(deps, batchId)).toMatchObject({ status: 'RUNNING' });
  expect((await listCampaigns(deps, { limit: 10 })).campaigns).toHaveLength(1);
  expect([states.asked, states.patient]).toEqual([2, 0]);
});

it('a stop reaches the workers while DescribeExecution is throttled, and without asking it', async () => {
  const { states, batches, deps } = await open(1);
  const [batchId = ''] = batches;
  const cache = createCampaignCache((id) => followCampaign(deps, id), delivery.clock);
  expect(await cache.get(batchId, MAX_AGE_MS)).toMatchObject({ status: 'RUNNING' });
  states.isThrottling = true;
  const stop = async () => new Date(delivery.clock.now());
  await stopCampaign({ ...deps, executions: { ...deps.executions, stop } }, batchId);
  delivery.clock.move(MAX_AGE_MS + 1);
  expect(await cache.get(batchId, MAX_AGE_MS)).toMatchObject({ status: 'ABORTED' });
});
