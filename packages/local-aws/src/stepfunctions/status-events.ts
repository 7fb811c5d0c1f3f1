import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../json.ts';
import { parseArn } from './arns.ts';
import type { Execution } from './execution/execution.ts';
import type { AwsHttp } from './tasks/http.ts';

/** PutEvents takes ten at once. */
const BATCH = 10;
/** The limit of waiting events. Beyond it the oldest is dropped: delivery is best effort on AWS too. */
const MAX_QUEUED = 10_000;
/** How long events are collected for one call. A call for each of the two events of every child would cost more than the child. */
const GATHER_MS = 25;

/** Sends status changes of executions to EventBridge as AWS does: after the change, at least once, best effort. */
export class StatusEvents {
  readonly #http: AwsHttp;
  readonly #queue: JsonObject[] = [];
  #isSending = false;
  #isClosed = false;
  /** The number of dropped events. */
  dropped = 0;

  constructor(http: AwsHttp) {
    this.#http = http;
  }

  add(detail: JsonObject): void {
    this.#queue.push(detail);
    if (this.#queue.length > MAX_QUEUED) {
      this.#queue.shift();
      this.dropped++;
    }
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    setTimeout(() => this.#send(), GATHER_MS).unref();
  }

  close(): void {
    this.#isClosed = true;
  }

  async #send(): Promise<void> {
    while (this.#queue.length > 0 && !this.#isClosed) {
      const details = this.#queue.splice(0, BATCH);
      const entries = details.map((detail) => ({
        Source: 'aws.states',
        DetailType: 'Step Functions Execution Status Change',
        Detail: JSON.stringify(detail),
        Resources: [detail.executionArn],
      }));
      try {
        await this.#http.call({
          service: 'events',
          method: 'POST',
          path: '/',
          headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
          body: JSON.stringify({ Entries: entries }),
        });
      } catch {
        // Delivery is best effort: a client that misses an event can call DescribeExecution.
        this.dropped += details.length;
      }
      if (this.#queue.length < BATCH) await sleep(GATHER_MS, undefined, { ref: false });
    }
    this.#isSending = false;
  }
}

/** The detail of the event for the current status of an execution. */
export function statusDetail(execution: Execution): JsonObject {
  const { output } = execution;
  const label = parseArn(execution.arn)?.label;
  return {
    executionArn: execution.arn,
    // Children have the ARN of their Map state, so that a rule on the state machine does not match each child.
    stateMachineArn: label === undefined ? execution.machine.arn : `${execution.machine.arn}/${label}`,
    name: execution.name,
    status: execution.status,
    startDate: execution.started,
    stopDate: execution.stopped ?? null,
    input: execution.input.text,
    inputDetails: { included: true },
    output: output?.text ?? null,
    outputDetails: output ? { included: true } : null,
    error: execution.error ?? null,
    cause: execution.cause ?? null,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    redriveCount: execution.redrives,
    redriveDate: execution.redriven ?? null,
    redriveStatus: null,
    redriveStatusReason: null,
  };
}
