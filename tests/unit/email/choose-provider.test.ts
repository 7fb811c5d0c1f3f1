import { firstItem, toEmailRow } from '../../../core/email/batch.ts';
import { candidates, chooseProvider, giveUp, MAX_WAIT_MS } from '../../../core/email/choose-provider.ts';
import { emailRequest } from './deps.ts';

const order = ['mailgun', 'ses', 'sendgrid'];
const batch = {
  ...emailRequest(),
  batchId: 'b1',
  channel: 'email',
  createdAt: '2026-11-22T10:00:00.000Z',
  sweepCount: 0,
} as const;
const now = Date.parse(batch.createdAt) + 1000;

const rowAfter = (...failures: [provider: string, errorClass: 'recipient' | 'transient' | 'account'][]) => ({
  ...toEmailRow(firstItem(batch, 1, 'a@b.co', 0)),
  tries: failures.map(([provider, errorClass]) => ({
    provider,
    class: errorClass,
    answer: `${provider}: ${errorClass}`,
    at: batch.createdAt,
  })),
});
const breakers = (...down: string[]) => ({
  ask: async (provider: string) =>
    down.includes(provider)
      ? { kind: 'skip' as const, retryAt: now + 1000 * (down.indexOf(provider) + 1), lastAnswer: '500' }
      : { kind: 'pass' as const, lastAnswer: '' },
});

describe('the next provider', () => {
  it.each([
    [rowAfter(), ['mailgun', 'ses', 'sendgrid']],
    [rowAfter(['mailgun', 'transient']), ['ses', 'sendgrid', 'mailgun']],
    [rowAfter(['mailgun', 'recipient'], ['ses', 'account']), ['sendgrid', 'ses']],
    [rowAfter(['mailgun', 'transient'], ['ses', 'transient'], ['sendgrid', 'transient']), order],
    [rowAfter(['mailgun', 'transient'], ['mailgun', 'transient'], ['ses', 'recipient']), ['sendgrid']],
  ])('is the one with the fewest attempts, in the configured order: %#', (row, expected) => {
    expect(candidates(row, order)).toEqual(expected);
  });

  it('is not one that is known to be down', async () => {
    expect(await chooseProvider(rowAfter(), order, breakers('mailgun'), now)).toEqual({
      kind: 'use',
      provider: 'ses',
      fallback: true,
    });
    expect(
      await chooseProvider(rowAfter(['sendgrid', 'transient']), order, breakers('mailgun', 'ses'), now),
    ).toMatchObject({
      provider: 'sendgrid',
    });
  });

  it('is waited for while all are down, until the first retry, but not forever', async () => {
    const row = rowAfter(['ses', 'recipient']);
    const down = breakers('mailgun', 'sendgrid');

    expect(await chooseProvider(row, order, down, now)).toEqual({ kind: 'wait', until: now + 1000 });
    expect(await chooseProvider(row, order, down, now + MAX_WAIT_MS)).toEqual({
      kind: 'give up',
      code: 'ProviderUnavailable',
      message: 'ses: recipient; mailgun: skipped, it is down (500); sendgrid: skipped, it is down (500)',
    });
  });

  it('is none once all were tried; the error is final only if all refused the message itself', () => {
    expect(giveUp(rowAfter(['mailgun', 'recipient'], ['ses', 'recipient'])).code).toBe('MessageRejected');
    expect(giveUp(rowAfter(['mailgun', 'recipient'], ['ses', 'transient'])).code).toBe('ProviderUnavailable');
  });
});
