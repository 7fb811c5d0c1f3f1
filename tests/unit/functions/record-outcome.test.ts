import { statusChangeOf } from '../../../functions/record-outcome/event.ts';

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

it('takes an execution that waits for its redrive as running', () => {
  expect(statusChangeOf(event({ status: 'PENDING_REDRIVE', stopDate: null }), MACHINE)?.state.status).toBe('RUNNING');
});

it('leaves the children of a Map Run alone', () => {
  expect(statusChangeOf(event({ stateMachineArn: `${MACHINE}/SendRows` }), MACHINE)).toBeUndefined();
});
