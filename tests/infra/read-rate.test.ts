import type { CampaignRecord } from '../../core/campaigns/campaign.ts';
import { concurrencyFor } from '../../core/campaigns/concurrency.ts';
import { executionInputOf } from '../../core/campaigns/identity.ts';
import { toDynamoJson } from '../../core/ledger/item.ts';
import { limiterKey } from '../../core/ledger/keys.ts';
import { campaignRecord } from '../unit/campaigns/record.ts';
import { definition, evaluate, stateNamed } from './support.ts';

const { Arguments, Output } = stateNamed('ReadRate') as unknown as { Arguments: { Key: unknown }; Output: unknown };
const contextOf = (record: Partial<CampaignRecord> = {}) => ({
  Execution: { Input: executionInputOf(campaignRecord(record), 'b') },
});

/** The concurrency with which SendRows starts after this answer. */
async function concurrencyAfter(result: object, record: Partial<CampaignRecord> = {}) {
  const context = contextOf(record);
  const input = await evaluate(Output, { result, context });
  return evaluate(stateNamed('SendRows').MaxConcurrency, { input, context });
}

describe('ReadRate', () => {
  it.each([
    [false, 'ses'],
    [true, 'dry-run'],
  ])('reads the limiter of the campaign: with dryRun %s that of %s', async (dryRun, name) => {
    expect(await evaluate(Arguments.Key, { context: contextOf({ dryRun }) })).toEqual(toDynamoJson(limiterKey(name)));
  });

  it.each([0.2, 1, 12.3, 14, 45, 199, 200, 201, 10_000])(
    'at %d emails per second starts SendRows with the concurrency of that rate',
    async (perSecond) => {
      const rate = { perSecond: { N: String(perSecond) } };
      for (const rowsPerChild of [1, 10, 25]) {
        const alone = concurrencyFor(perSecond, rowsPerChild);
        expect(await concurrencyAfter({ Item: rate }, { rowsPerChild })).toBe(alone);
        expect(await concurrencyAfter({ Item: { ...rate, campaigns: { N: '0' } } }, { rowsPerChild })).toBe(alone);
        expect(await concurrencyAfter({ Item: { ...rate, campaigns: { N: '7' } } }, { rowsPerChild })).toBe(
          concurrencyFor(perSecond, rowsPerChild, 7),
        );
      }
    },
  );

  it.each([{}, { Item: {} }, { Item: { campaigns: { N: '3' } } }])(
    'where no rate is known, as in %j, takes that of the upload',
    async (result) => {
      expect(await concurrencyAfter(result)).toBe(250);
    },
  );

  it('comes before every round of SendRows', () => {
    const before = Object.entries(definition.States)
      .filter(([, { Next, Choices = [] }]) => [Next, ...Choices.map((choice) => choice.Next)].includes('SendRows'))
      .map(([name]) => name);
    expect(before).toEqual(['ReadRate']);
  });
});
