import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseCommand, UsageError } from '../../../cli/arguments.ts';
import type { CampaignView } from '../../../cli/client.ts';
import { duration, ProgressMeter, progressLine, progressText, stepLine } from '../../../cli/progress.ts';
import { Screen } from '../../../cli/screen.ts';
import { STACK_OPTIONS, stackSettings } from '../../../cli/stack-options.ts';
import { adviceFor, campaignSummary } from '../../../cli/summary.ts';

const campaign = (changes: Partial<CampaignView> = {}): CampaignView => ({
  batchId: 'b',
  status: 'RUNNING',
  total: 110,
  enqueued: 100,
  skipped: 10,
  counts: { PENDING: 50, QUEUED: 10, SENT: 38, ERROR: 2 },
  unconfirmed: 0,
  createdAt: '2026-11-22T10:00:00.000Z',
  redriveCount: 0,
  dryRun: false,
  ...changes,
});

const sent = (SENT: number) => campaign({ counts: { PENDING: 100 - SENT, QUEUED: 0, SENT, ERROR: 0 } });

describe('the progress line', () => {
  it('tells the rate of the last seconds and the time that is left', () => {
    const meter = new ProgressMeter();
    meter.add(sent(0), 0);
    meter.add(sent(10), 1000);
    const progress = meter.add(sent(40), 4000);

    expect(progress).toMatchObject({ sent: 40, perSecond: 10, secondsLeft: 6 });
    expect(progressText(progress)).toBe('40 of 100 sent, 10.0/s, 6 s left');
  });

  it('forgets what was longer ago', () => {
    const meter = new ProgressMeter();
    meter.add(sent(0), 0);
    meter.add(sent(0), 10_000);

    expect(meter.add(sent(20), 12_000).perSecond).toBeCloseTo(10);
  });

  it.each([120, 70, 50, 30, 10, 5, 1])('fits %d columns', (columns) => {
    const progress = { done: 40, enqueued: 100, sent: 38, errors: 2, perSecond: 49.9, secondsLeft: 3 };

    expect(progressLine(progress, columns).length).toBeLessThan(columns);
  });

  it.each([120, 50, 30, 10, 5, 1])('of a step fits %d columns', (columns) => {
    expect(stepLine(0.5, '12.0 of 24.0 MB sent', columns).length).toBeLessThan(columns);
  });

  it('is full at the end', () => {
    const progress = { done: 100, enqueued: 100, sent: 99, errors: 1, perSecond: 50 };

    expect(progressLine(progress, 120)).toContain('100 %  99 of 100 sent · 1 error · 50.0/s');
  });

  it.each([
    [8, '8 s'],
    [125, '2 min 05 s'],
    [4320, '1 h 12 min'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe('the screen', () => {
  const written = (isTTY: boolean) => {
    const texts: string[] = [];
    return { texts, screen: new Screen({ write: (text) => texts.push(text), isTTY, columns: 80 }) };
  };

  it('redraws the live line below what stays', () => {
    const { texts, screen } = written(true);

    screen.draw('50 %');
    screen.print('note');
    screen.clear();

    expect(texts.join('')).toBe('\r\x1b[2K50 %\r\x1b[2Knote\n50 %\r\x1b[2K');
  });

  it('writes plain lines alone where there is no terminal', () => {
    const { texts, screen } = written(false);

    screen.draw('50 %');
    screen.print('note');

    expect(texts).toEqual(['note\n']);
  });
});

const PAGES = {
  errors: 'https://api.example/console/campaigns/b?status=ERROR',
  skipped: 'https://api.example/console/campaigns/b',
};

describe('what to do next', () => {
  const batchId = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

  it.each([
    [{ status: 'FAILED' }, 'To send the remaining rows: npm run redrive -- 9f86d081884c --wait --data x'],
    [
      { status: 'FAILED', reason: 'SendingPaused: Sending is paused.' },
      'Clear it with the provider first. To send the remaining rows: npm run redrive -- 9f86d081884c --wait --data x',
    ],
    [
      { status: 'FAILED', unconfirmed: 2, batchId: 'spring-9f86' },
      'To send the remaining rows: npm run redrive -- spring-9f86 --wait --unconfirmed resend|accept --data x',
    ],
    [{ status: 'SUCCEEDED' }, undefined],
  ])('after %j', (changes, advice) => {
    expect(adviceFor(campaign({ batchId, ...changes }), ' --data x')).toBe(advice);
  });
});

describe('the summary', () => {
  it('shows the numbers, the first errors and the skipped rows with their reasons', () => {
    const text = campaignSummary(
      campaign({
        status: 'SUCCEEDED',
        startedAt: '2026-11-22T10:00:01.000Z',
        finishedAt: '2026-11-22T10:00:05.500Z',
        counts: { PENDING: 0, QUEUED: 0, SENT: 98, ERROR: 2 },
      }),
      [{ rowNumber: 7, email: 'a@b.c', error: { code: 'MessageRejected', message: 'No.' } }],
      [{ row: 12, email: 'x', reason: 'The address is not valid' }],
      PAGES,
    );

    expect(text.split('\n')).toEqual([
      'SUCCEEDED in 4.5 s',
      '  sent      98',
      '  errors     2',
      '  skipped   10',
      '  rows     110',
      '',
      '  errors',
      '    row 7  a@b.c  MessageRejected: No.',
      '    all 2: https://api.example/console/campaigns/b?status=ERROR',
      '',
      '  skipped',
      '    row 12  x  The address is not valid',
      '    all 10: https://api.example/console/campaigns/b',
    ]);
  });

  it('gives the reason of a campaign that failed, and what is left', () => {
    const text = campaignSummary(
      campaign({ status: 'FAILED', reason: 'Sending is paused', unconfirmed: 1 }),
      [],
      [],
      PAGES,
    );

    expect(text).toMatch(/^FAILED\n {2}Sending is paused\n/);
    expect(text).toMatch(/unconfirmed +1\n {2}queued +10\n {2}pending +50/);
  });

  it('tells when a campaign that the daily quota stopped continues', () => {
    const nextRetryAt = '2026-11-23T10:00:00.000Z';
    const text = campaignSummary(campaign({ status: 'FAILED', reason: 'No quota', nextRetryAt }), [], [], PAGES);

    expect(text).toMatch(
      /^FAILED\n {2}No quota\n {2}It continues by itself .* at 2026-11-23T10:00:00.000Z at the latest/,
    );
  });
});

describe('the command line', () => {
  const before = process.env.PREGON_API_KEY;
  beforeEach(() => {
    delete process.env.PREGON_API_KEY;
  });
  afterAll(() => {
    if (before !== undefined) process.env.PREGON_API_KEY = before;
  });
  const spec = { command: 'npm start', help: 'help', options: STACK_OPTIONS, positionals: 1 };
  const settings = (...args: string[]) => {
    const parsed = parseCommand(spec, args);
    return parsed && stackSettings(parsed.values);
  };

  it('has the defaults of the help', () => {
    expect(settings()).toMatchObject({ port: 3000, awsPort: 4566, dataDir: '.pregon', ratePerSecond: 50, open: false });
    expect([settings()?.dropsOperatorRate, settings('--rate', '50')?.dropsOperatorRate]).toEqual([false, true]);
    expect([settings()?.account, settings('--account', 'new')?.account]).toEqual(['default', 'new']);
  });

  it.each([
    [['--prot', '1'], /Unknown option '--prot'.* --help/],
    [['a.csv', 'b.csv'], /"b.csv" is one argument too many/],
    [['--port', 'x'], /--port takes a whole number from 0 to 65535/],
    [['--rate', '0'], /--rate takes a whole number from 1/],
    [['--open', '--host', '0.0.0.0'], /--open with --host 0.0.0.0/],
    [['--host', '0.0.0.0'], /set PREGON_API_KEY/],
    [['--allow-host', 'http://app'], /--allow-host takes a host name/],
    [['--port', '4566'], /two different ports/],
    [['--data', ''], /--data takes a directory/],
    [['--account', 'old'], /--account takes default or new, not "old"/],
    [['--parameter', 'LogLevel'], /--parameter takes NAME=VALUE/],
  ])('refuses %j', (args, message) => {
    expect(() => settings(...args)).toThrow(UsageError);
    expect(() => settings(...args)).toThrow(message);
  });

  it('takes an address of the network with a key of its own, and the names by which it is called', () => {
    process.env.PREGON_API_KEY = 'a-key-of-mine';

    expect(settings('--host', '0.0.0.0', '--allow-host', 'app', '--allow-host', 'app.example')).toMatchObject({
      host: '0.0.0.0',
      apiKey: 'a-key-of-mine',
      allowHosts: ['app', 'app.example'],
    });
  });

  it('takes limits of AWS', () => {
    const limits = { 'states.ListMapRuns': false, 'states.StopExecution': { bucket: 500, perSecond: 25 } };
    expect(settings('--limits', 'off=states.ListMapRuns', '--limits', 'states.StopExecution=500/25')).toMatchObject({
      limits,
    });
    expect(() => settings('--limits', 'off=everything')).toThrow('--limits: There is no limit "everything"');
  });

  it('takes parameters of the template', () => {
    expect(settings('--parameter', 'LogLevel=DEBUG', '--parameter', 'SenderName=A=B')).toMatchObject({
      parameters: { LogLevel: 'DEBUG', SenderName: 'A=B' },
    });
  });

  it('takes both ports as 0', () => {
    expect(settings('--port', '0', '--aws-port', '0')).toMatchObject({ port: 0, awsPort: 0 });
  });
});
