import { statusChangeOf, withDescription } from '../../../functions/record-outcome/event.ts';

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:pregon-dev-campaign';

const event = (detail: Record<string, unknown>) => ({
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn: `${MACHINE.replace('stateMachine', 'execution')}:b1`,
    stateMachineArn: MACHINE,
    name: 'b1',
    status: 'FAILED',
    startDate: Date.parse('2026-11-22T10:00:00Z'),
    stopDate: Date.parse('2026-11-22T10:05:00Z'),
    error: null,
    cause: null,
    ...detail,
  },
});

it('reads how a campaign ended', () => {
  expect(statusChangeOf(event({ redriveCount: 2 }), MACHINE)).toEqual({
    batchId: 'b1',
    state: {
      status: 'FAILED',
      redriveCount: 2,
      startedAt: '2026-11-22T10:00:00.000Z',
      stoppedAt: '2026-11-22T10:05:00.000Z',
    },
  });
});

it('counts an execution that waits for its redrive as running', () => {
  expect(statusChangeOf(event({ status: 'PENDING_REDRIVE', stopDate: null }), MACHINE)?.state.status).toBe('RUNNING');
});

it('ignores the children of a Map Run', () => {
  expect(statusChangeOf(event({ stateMachineArn: `${MACHINE}/SendRows` }), MACHINE)).toBeUndefined();
});

describe('what DescribeExecution adds', () => {
  const told = { status: 'FAILED' as const, redriveCount: 1, stoppedAt: '2026-11-22T11:00:00.000Z' };

  it('is the cause, which an event does not carry', () => {
    const described = { ...told, error: 'CampaignIncomplete', cause: '2 rows' };
    expect(withDescription(told, described)).toEqual(described);
  });

  it.each([
    ['of another state', { status: 'RUNNING' as const, redriveCount: 1 }],
    ['of an earlier end, which it may tell for a while', { ...told, redriveCount: 0, cause: 'the first end' }],
    ['of no execution', undefined],
  ])('is nothing when its answer is %s', (_, described) => {
    expect(withDescription(told, described)).toEqual(told);
  });
});
