interface Event {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
  readonly [details: string]: unknown;
}

interface CampaignLike {
  readonly status: string;
  readonly start: number;
  readonly stop?: number;
  readonly rows: number;
  readonly redrives?: number;
}

interface ChildLike {
  readonly status: string;
  readonly startDate: number;
  readonly input: string;
}

/** What Lambda makes of a thrown error. */
const INCOMPLETE = JSON.stringify({
  errorType: 'CampaignIncomplete',
  errorMessage: '3 rows are in ERROR',
  trace: ['CampaignIncomplete: 3 rows are in ERROR', '    at settle (/var/task/index.mjs:1:1)'],
});

/** Histories written as AWS links them. */
export class FakeHistory {
  readonly events: Event[] = [];
  #at: number;

  constructor(start: number) {
    this.#at = start;
  }

  static ofCampaign(campaign: CampaignLike, mapRunArn: string): FakeHistory {
    const history = new FakeHistory(campaign.start);
    const input = JSON.stringify({ rows: campaign.rows, sendAt: null });
    history.add('ExecutionStarted', 0, { input, roleArn: 'arn:aws:iam::000000000000:role/campaign' });
    let last = history.add('ChoiceStateEntered', 0, { name: 'IsScheduled', input }, 'stateEntered');
    last = history.add('ChoiceStateExited', last, { name: 'IsScheduled', output: input }, 'stateExited');
    last = history.map('RegisterRows', last, mapRunArn.replace('/SendRows', '/RegisterRows'));
    last = history.add('MapStateExited', last, { name: 'RegisterRows', output: '{}' }, 'stateExited');
    last = history.map('SendRows', last, mapRunArn, campaign.status === 'RUNNING');
    if (campaign.status === 'RUNNING') return history;
    if (campaign.status === 'ABORTED') {
      history.add('ExecutionAborted', 0, { error: 'Operator.Stopped', cause: 'Wrong subject line' });
      return history;
    }
    last = history.add('MapStateExited', last, { name: 'SendRows', output: '{"failed":0}' }, 'stateExited');
    last = history.add('TaskStateEntered', last, { name: 'Settle', input: '{"retryRound":0}' }, 'stateEntered');
    if (campaign.status === 'FAILED') {
      const failed = history.task(last, 'CampaignIncomplete', INCOMPLETE);
      history.add('ExecutionFailed', failed, { error: 'CampaignIncomplete', cause: INCOMPLETE });
      if ((campaign.redrives ?? 0) > 0) {
        history.add('ExecutionRedriven', history.events.length, { redriveCount: 1 });
        const again = history.task(last, 'CampaignIncomplete', INCOMPLETE);
        history.add('ExecutionFailed', again, { error: 'CampaignIncomplete', cause: INCOMPLETE });
      }
      return history;
    }
    last = history.task(last);
    last = history.add('TaskStateExited', last, { name: 'Settle', output: '{"status":"DONE"}' }, 'stateExited');
    last = history.add('ChoiceStateEntered', last, { name: 'IsRetryLeft', input: '{}' }, 'stateEntered');
    last = history.add('ChoiceStateExited', last, { name: 'IsRetryLeft', output: '{}' }, 'stateExited');
    last = history.add('SucceedStateEntered', last, { name: 'CampaignDone', input: '{}' }, 'stateEntered');
    last = history.add('SucceedStateExited', last, { name: 'CampaignDone', output: '{}' }, 'stateExited');
    history.add('ExecutionSucceeded', last, { output: '{}' });
    return history;
  }

  static ofChild({ status, startDate, input }: ChildLike): FakeHistory {
    const history = new FakeHistory(startDate);
    history.add('ExecutionStarted', 0, { input });
    let last = history.add('TaskStateEntered', 0, { name: 'MarkQueued', input }, 'stateEntered');
    last = history.task(last);
    last = history.add('TaskStateExited', last, { name: 'MarkQueued', output: input }, 'stateExited');
    last = history.add('TaskStateEntered', last, { name: 'Send', input }, 'stateEntered');
    if (status === 'RUNNING') {
      history.add('TaskScheduled', last, { resourceType: 'sqs', resource: 'sendMessage.waitForTaskToken' });
      return history;
    }
    const tried = history.task(last, 'Transient', 'The provider answered 500');
    if (status === 'FAILED') {
      const failed = history.task(tried, 'Account', 'SendingPaused: sending is paused for this account');
      history.add('ExecutionFailed', failed, { error: 'Account', cause: 'SendingPaused' });
      return history;
    }
    last = history.task(tried);
    last = history.add('TaskStateExited', last, { name: 'Send', output: '{"messageId":"0100"}' }, 'stateExited');
    last = history.add('SucceedStateEntered', last, { name: 'RowDone', input: '{}' }, 'stateEntered');
    last = history.add('SucceedStateExited', last, { name: 'RowDone', output: '{}' }, 'stateExited');
    history.add('ExecutionSucceeded', last, { output: '{}' });
    return history;
  }

  add(
    type: string,
    previousEventId: number,
    details: object,
    key = type.charAt(0).toLowerCase() + type.slice(1),
  ): number {
    this.#at += 0.041;
    const id = this.events.length + 1;
    this.events.push({ id, previousEventId, timestamp: this.#at, type, [`${key}EventDetails`]: details });
    return id;
  }

  map(name: string, before: number, mapRunArn: string, open = false): number {
    const entered = this.add('MapStateEntered', before, { name, input: '{"rows":5000}' }, 'stateEntered');
    const started = this.add('MapStateStarted', entered, { length: 0 });
    const run = this.add('MapRunStarted', started, { mapRunArn });
    if (open) return run;
    this.add('MapRunSucceeded', run, {});
    this.add('MapStateSucceeded', run, {});
    return run;
  }

  task(before: number, error?: string, cause?: string): number {
    const resource = { resourceType: 'lambda', resource: 'invoke' };
    const scheduled = this.add('TaskScheduled', before, {
      ...resource,
      region: 'us-east-1',
      parameters: '{"FunctionName":"settle"}',
    });
    const started = this.add('TaskStarted', scheduled, resource);
    if (error === undefined) return this.add('TaskSucceeded', started, { ...resource, output: '{"Payload":{}}' });
    return this.add('TaskFailed', started, { ...resource, error, cause: cause ?? '3 rows are in ERROR' });
  }
}
