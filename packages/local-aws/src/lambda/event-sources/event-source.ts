import { setTimeout as sleep } from 'node:timers/promises';
import type { InvokeOptions, InvokeResult } from '../runtime.ts';
import type { QueueClient, QueueMessage } from './queue-client.ts';
import { failedMessageIds, sqsEvent } from './sqs-event.ts';

export interface EventSourceOptions {
  client: QueueClient;
  queueArn: string;
  region: string;
  functionName: string;
  batchSize: number;
  batchingWindowSeconds: number;
  maximumConcurrency: number;
  reportBatchItemFailures: boolean;
  /** Milliseconds before another loop is added, if it needs a new instance. */
  rampMs?: number;
  /** Whether the function has an idle instance. */
  isWarm?(): boolean;
  /** Whether the machine is too busy for another instance. */
  isOverloaded?(): boolean;
  /** Rejects when the function is throttled, or stopped because it loops: its messages return after their visibility timeout. */
  invoke(functionName: string, payload: string, options: InvokeOptions): Promise<InvokeResult>;
  /** Receives a message for the user. */
  onProblem(message: string): void;
}

/** ReceiveMessage returns at most ten messages. */
const MAX_RECEIVE = 10;
const LONG_POLL_SECONDS = 20;
/** Lambda collects a batch up to its payload limit. This is added to the body of each message for its other members. */
const MAX_BATCH_BYTES = 6 * 1024 * 1024;
const ENVELOPE_BYTES = 1024;
const BACKOFF_MS = { first: 200, max: 5000 };
/** While a batch takes longer than this, another loop receives from the queue. */
const SLOW_BATCH_MS = 200;
/** A new loop may need a new instance, which takes 300 ms of a core. A short backlog is finished sooner without it. */
const RAMP_MS = 500;

/**
 * Lambda's poller of a queue. It has one loop while the queue is quiet. A full or slow batch adds a loop, up to the maximum
 * concurrency; a loop that receives nothing ends while another one waits for messages. So a backlog uses the whole concurrency, and
 * few messages lead to few invocations.
 */
export class SqsEventSource {
  private readonly options: EventSourceOptions;
  private readonly stopping = new AbortController();
  private readonly pollers = new Set<Promise<void>>();
  /** The number of loops that wait for messages. */
  private listening = 0;
  private nextPollerAt = 0;

  constructor(options: EventSourceOptions) {
    this.options = options;
  }

  start(): void {
    this.addPoller();
  }

  /** Ends polling and waits up to `graceMs` for batches in progress. Other messages return after their visibility timeout. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    await Promise.race([Promise.allSettled(this.pollers), sleep(graceMs, undefined, { ref: false })]);
  }

  private addPoller(): void {
    const now = performance.now();
    if (this.stopping.signal.aborted || this.pollers.size >= this.options.maximumConcurrency) return;
    const isFirst = this.pollers.size === 0;
    if (!isFirst && this.options.isOverloaded?.()) return;
    if (!isFirst && !this.options.isWarm?.()) {
      if (now < this.nextPollerAt) return;
      this.nextPollerAt = now + (this.options.rampMs ?? RAMP_MS);
    }
    const poller = this.poll().finally(() => {
      this.pollers.delete(poller);
      // Two loops may have ended because each saw the other.
      if (this.pollers.size === 0) this.addPoller();
    });
    this.pollers.add(poller);
  }

  private async poll(): Promise<void> {
    let backoffMs = 0;
    while (!this.stopping.signal.aborted) {
      try {
        const messages = await this.gather();
        if (messages.length === 0 && this.listening > 0) return;
        // On a busy machine this loop ends after its batch, which leaves the cores to the others.
        const last = this.pollers.size > 1 && this.options.isOverloaded?.() === true;
        if (messages.length >= Math.min(this.options.batchSize, MAX_RECEIVE)) this.addPoller();
        const healthy = messages.length === 0 || (await this.run(messages));
        backoffMs = healthy ? 0 : nextBackoff(backoffMs);
        if (last && this.pollers.size > 1) return;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        // While it goes on, the user reads it once.
        if (backoffMs === 0) {
          this.options.onProblem(`${this.options.functionName}: ${error instanceof Error ? error.message : error}`);
        }
        backoffMs = nextBackoff(backoffMs);
      }
      if (backoffMs > 0) await this.pause(backoffMs);
    }
  }

  /** Receives a batch. With a batching window it collects messages until the batch is full or the window is over. */
  private async gather(): Promise<QueueMessage[]> {
    const { client, batchSize, batchingWindowSeconds } = this.options;
    const { signal } = this.stopping;
    // Only one loop waits for messages. Another one that receives nothing ends, so the number of loops adapts.
    const wait = this.listening > 0 ? 0 : LONG_POLL_SECONDS;
    this.listening += 1;
    const messages = await client.receive(Math.min(batchSize, MAX_RECEIVE), wait, signal).finally(() => {
      this.listening -= 1;
    });
    if (messages.length === 0 || batchingWindowSeconds === 0) return messages;
    const until = Date.now() + batchingWindowSeconds * 1000;
    while (
      messages.length < batchSize &&
      Date.now() < until &&
      bytesOf(messages) < MAX_BATCH_BYTES &&
      !signal.aborted
    ) {
      const left = Math.max(0, Math.min(1, Math.floor((until - Date.now()) / 1000)));
      const more = await client.receive(Math.min(batchSize - messages.length, MAX_RECEIVE), left, signal);
      messages.push(...more);
      if (more.length === 0 && left === 0) await this.pause(Math.min(100, until - Date.now()));
    }
    return messages;
  }

  /** Calls the function with a batch and deletes the handled messages. Returns false if the whole batch failed. */
  private async run(messages: readonly QueueMessage[]): Promise<boolean> {
    const { client, queueArn, region, functionName, reportBatchItemFailures } = this.options;
    const event = JSON.stringify(sqsEvent(messages, queueArn, region));
    const slow = setTimeout(() => {
      if (this.listening === 0) this.addPoller();
    }, SLOW_BATCH_MS);
    const traceHeaders = messages.map(({ Attributes }) => Attributes?.AWSTraceHeader);
    const result = await this.options.invoke(functionName, event, { traceHeaders }).finally(() => clearTimeout(slow));
    if (result.functionError) return false;
    const ids = messages.map((message) => message.MessageId);
    const failed = reportBatchItemFailures ? failedMessageIds(result.payload, ids) : new Set<string>();
    if (!failed) return false;
    const done = messages.filter((message) => !failed.has(message.MessageId));
    for (let from = 0; from < done.length; from += MAX_RECEIVE) {
      await client.deleteBatch(done.slice(from, from + MAX_RECEIVE));
    }
    return true;
  }

  private async pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.stopping.signal });
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }
}

const nextBackoff = (ms: number): number => Math.min(BACKOFF_MS.max, ms === 0 ? BACKOFF_MS.first : ms * 2);

const bytesOf = (messages: readonly QueueMessage[]): number =>
  messages.reduce((sum, { Body }) => sum + Body.length + ENVELOPE_BYTES, 0);
