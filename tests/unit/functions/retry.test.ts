import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { retryFor } from '../../../functions/common/retry.ts';
import { simulatedClock } from '../support/clock.ts';

const BUDGET_MS = 5_000;

/** A client of a DynamoDB that answers what `answer` says; `asked` are the times of its calls. */
function openClient(answer: (call: number) => { status: number; code?: string }) {
  const clock = simulatedClock();
  const asked: number[] = [];
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    retryStrategy: retryFor(BUDGET_MS, { clock, random: () => 1 }),
    requestHandler: {
      async handle() {
        asked.push(clock.now());
        const { status, code } = answer(asked.length);
        const body = Buffer.from(JSON.stringify(code ? { __type: `x#${code}`, message: 'on purpose' } : {}));
        return { response: { statusCode: status, headers: {}, body } as never };
      },
    },
  });
  const get = () => client.send(new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } }));
  return { clock, asked, get };
}
const FAILED = { status: 500, code: 'InternalServerError' };

it('goes on to repeat calls when hundreds have failed: it has no budget that runs out', async () => {
  const { asked, get } = openClient((call) => (call % 3 === 0 ? { status: 200 } : FAILED));
  for (let n = 0; n < 200; n += 1) await get();
  expect(asked).toHaveLength(600);
});

it('gives up in time, with the error of the last call', async () => {
  const { clock, asked, get } = openClient(() => FAILED);
  const begun = clock.now();
  await expect(get()).rejects.toMatchObject({ name: 'InternalServerError' });
  expect(clock.now() - begun).toBeLessThanOrEqual(BUDGET_MS);
  expect(asked.slice(0, 7).map((at) => at - begun)).toEqual([0, 50, 150, 350, 750, 1_550, 2_550]);
});

it('waits longer after a throttled call', async () => {
  const { asked, get } = openClient((call) =>
    call > 2 ? { status: 200 } : { status: 400, code: 'ProvisionedThroughputExceededException' },
  );
  await get();
  expect(asked.map((at) => at - (asked[0] ?? 0))).toEqual([0, 200, 600]);
});

it('does not repeat what would fail again', async () => {
  const { asked, get } = openClient(() => ({ status: 400, code: 'ResourceNotFoundException' }));
  await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect(asked).toHaveLength(1);
});
