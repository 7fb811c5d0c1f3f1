import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { campaignEnded, campaignEndedSchema } from '../../../core/campaigns/ended.ts';
import { campaignRecord } from './record.ts';

const counts = { PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 1, unconfirmed: 1 };
const UNCOUNTED = {
  status: 'FAILED',
  reason: 'CampaignIncomplete: 1 row unconfirmed',
  finishedAt: '2026-11-22T10:05:00.000Z',
} as const;
const UNSTARTED = { ...UNCOUNTED, finalCounts: counts };
const END = { ...UNSTARTED, startedAt: '2026-11-22T10:00:01.000Z' };

describe('the event of a campaign that ended', () => {
  it('says how and when it ended, and what became of its rows', () => {
    expect(campaignEnded(campaignRecord({ ...END, campaignId: 'spring', redriveCount: 2 }))).toEqual({
      version: 1,
      id: 'b1#2',
      batchId: 'b1',
      campaignId: 'spring',
      status: 'FAILED',
      reason: 'CampaignIncomplete: 1 row unconfirmed',
      dryRun: false,
      redriveCount: 2,
      total: 3,
      enqueued: 2,
      skipped: 1,
      counts: { PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 1 },
      unconfirmed: 1,
      createdAt: '2026-11-22T10:00:00.000Z',
      startedAt: '2026-11-22T10:00:01.000Z',
      finishedAt: '2026-11-22T10:05:00.000Z',
      nextRetryAt: null,
    });
  });

  it.each([
    ['is as documented', END],
    ['of a campaign that was stopped before its start', { ...UNSTARTED, status: 'ABORTED' }],
    ['of a dry run', { ...END, dryRun: true }],
    ['of one that continues by itself', { ...END, nextRetryAt: '2026-11-23T10:00:00.000Z' }],
  ] as const)('%s', (_, end) => {
    const event = campaignEnded(campaignRecord(end));

    expect(campaignEndedSchema.parse(event)).toEqual(event);
  });

  it.each([
    ['is running', { ...END, status: 'RUNNING' }],
    ['has ended and is not counted yet', UNCOUNTED],
  ] as const)('does not exist while it %s', (_, record) => {
    expect(campaignEnded(campaignRecord(record))).toBeUndefined();
  });

  it('names no address, though the provider does', () => {
    const reason =
      'SenderNotVerified: Email address is not verified: hello@pregon.test, "Ana <ana@example.com>" (identity/x@y.example)';

    expect(campaignEnded(campaignRecord({ ...END, reason }))?.reason).toBe(
      'SenderNotVerified: Email address is not verified: <address>, "Ana <<address>>" (<address>)',
    );
  });

  it('has the JSON schema that the documentation shows', () => {
    const jsonSchema = z.toJSONSchema(campaignEndedSchema, {
      // Members may be added, so what is not known is allowed.
      io: 'input',
      override({ jsonSchema: part }) {
        // The pattern of `date-time` and the largest safe integer say nothing new.
        delete part.pattern;
        delete part.maximum;
      },
    });
    const [, shown = ''] =
      /## The event CampaignEnded[\s\S]*?```json\n([\s\S]*?)```/.exec(readFileSync('docs/events.md', 'utf8')) ?? [];

    expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(jsonSchema)));
  });
});
