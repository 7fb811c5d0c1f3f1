import type { CampaignRecord } from '../../core/campaigns/campaign.ts';
import { concurrencyFor } from '../../core/campaigns/concurrency.ts';
import { executionInputOf } from '../../core/campaigns/identity.ts';
import { toDynamoJson } from '../../core/ledger/item.ts';
import { limiterKey } from '../../core/ledger/keys.ts';
import { campaignRecord } from '../unit/campaigns/record.ts';
import { definition, evaluate, stateNamed } from './support.ts';

const { Arguments, Assign } = stateNamed('ReadRate') as unknown as {
  Arguments: { Key: unknown };
  Assign: { maxConcurrency: unknown };
};
const contextOf = (record: Partial<CampaignRecord> = {}) => ({
  Execution: { Input: executionInputOf(campaignRecord(record), 'b') },
});
const context = contextOf();

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
      const result = { Item: { perSecond: { N: String(perSecond) } } };
      for (const rowsPerChild of [1, 10, 25]) {
        expect(await evaluate(Assign.maxConcurrency, { result, context: contextOf({ rowsPerChild }) })).toBe(
          concurrencyFor(perSecond, rowsPerChild),
        );
      }
    },
  );

  it.each([{}, { Item: {} }])('where no rate is known, as in %j, takes that of the upload', async (result) => {
    expect(await evaluate(Assign.maxConcurrency, { result, context })).toBe(250);
  });

  it('comes before every round of SendRows', () => {
    const before = Object.entries(definition.States)
      .filter(([, { Next, Choices = [] }]) => [Next, ...Choices.map((choice) => choice.Next)].includes('SendRows'))
      .map(([name]) => name);
    expect(before).toEqual(['ReadRate']);
    expect(stateNamed('SendRows').MaxConcurrency).toBe('{% $maxConcurrency %}');
  });
});
