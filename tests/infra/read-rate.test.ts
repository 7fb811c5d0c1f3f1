import { readFileSync } from 'node:fs';
import jsonata from 'jsonata';
import { limiterKey } from '../../core/ledger/keys.ts';
import { concurrencyFor } from '../../core/limiter/concurrency.ts';

const { States } = JSON.parse(readFileSync('statemachines/campaign.asl.json', 'utf8'));
const { Arguments, Assign } = States.ReadRate;

const evaluate = (expression: string, states: object) =>
  jsonata(expression.replace(/^\{%|%\}$/g, '')).evaluate({}, { states });
const context = { Execution: { Input: { dryRun: false, maxConcurrency: 250 } } };

describe('ReadRate', () => {
  it.each([
    [false, 'ses'],
    [true, 'dry-run'],
  ])('reads the limiter that the campaign is sent by: with dryRun %s that of %s', async (dryRun, name) => {
    const pk = await evaluate(Arguments.Key.pk.S, { context: { Execution: { Input: { dryRun } } } });
    expect({ pk, sk: Arguments.Key.sk.S }).toEqual(limiterKey(name));
  });

  it.each([0.5, 1, 12.3, 14, 45, 199, 200, 201, 10_000])(
    'at %d emails per second starts SendRows with the concurrency of that rate',
    async (perSecond) => {
      const result = { Item: { perSecond: { N: String(perSecond) } } };
      expect(await evaluate(Assign.maxConcurrency, { result, context })).toBe(concurrencyFor(perSecond));
    },
  );

  it.each([{}, { Item: {} }])('where no rate is known, as in %j, takes that of the upload', async (result) => {
    expect(await evaluate(Assign.maxConcurrency, { result, context })).toBe(250);
  });

  it('comes before every round of SendRows', () => {
    const before = Object.entries<{ Next?: string; Choices?: { Next: string }[] }>(States)
      .filter(([, { Next, Choices = [] }]) => [Next, ...Choices.map((choice) => choice.Next)].includes('SendRows'))
      .map(([name]) => name);
    expect(before).toEqual(['ReadRate']);
    expect(States.SendRows.MaxConcurrency).toBe('{% $maxConcurrency %}');
  });
});
