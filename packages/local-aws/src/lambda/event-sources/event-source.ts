import { setTimeout as sleep } from 'node:timers/promises';
import type { InvokeResult } from '../runtime.ts';
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
  /** Milliseconds before another loop is added for which an instance must be started. */
  rampMs?: number;
  /** Whether an instance of the function waits for a call. */
  isWarm?(): boolean;
  /** Whether this machine has no time for another instance. */
  isOverloaded?(): boolean;
  invoke(functionName: string, payload: string): Promise<InvokeResult>;
  /** Something that the operator of this machine should see. */
  onProblem(message: string): void;
}

/** ReceiveMessage gives ten messages at most. */
const MAX_RECEIVE = 10;
const LONG_POLL_SECONDS = 20;
/** Lambda gathers a batch up to its payload limit; a message and its envelope are counted with this much beside the body. */
const MAX_BATCH_BYTES = 6 * 1024 * 1024;
const ENVELOPE_BYTES = 1024;
const BACKOFF_MS = { first: 200, max: 5000 };
/** A batch that takes longer leaves the queue unwatched: another loop takes over watching it. */
const UNWATCHED_MS = 200;
/** Each loop brings an instance to life, which costs a core some 300 ms: a short backlog is worked off sooner without. */
const RAMP_MS = 500;

/**
 * Lambda's poller of one queue. One loop while the queue is quiet; a full batch, or one that takes its time, adds
 * another up to the maximum concurrency; a loop that finds nothing while another listens ends. So a backlog is worked
 * off as wide as the template allows, and a trickle is gathered into few invocations.
 */
export class SqsEventSource {
  private readonly options: EventSourceOptions;
  private readonly stopping = new AbortController();
  private readonly pollers = new Set<Promise<void>>();
  /** Loops that wait for messages now. */
  private listening = 0;
  private nextPollerAt = 0;

  constructor(options: EventSourceOptions) {
    this.options = options;
  }

  start(): void {
    this.addPoller();
  }

  /** Ends polling and waits for the batches under way, `graceMs` at most; the rest comes back after its visibility timeout. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    await Promise.race([Promise.allSettled(this.pollers), sleep(graceMs, undefined, { ref: false })]);
    this.options.client.close();
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
      // Two may have left to each other.
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
        // This batch is still worked off; the others then have the cores for themselves.
        const last = this.pollers.size > 1 && this.options.isOverloaded?.() === true;
        if (messages.length >= Math.min(this.options.batchSize, MAX_RECEIVE)) this.addPoller();
        const healthy = messages.length === 0 || (await this.run(messages));
        backoffMs = healthy ? 0 : nextBackoff(backoffMs);
        if (last && this.pollers.size > 1) return;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.options.onProblem(`${this.options.functionName}: ${error instanceof Error ? error.message : error}`);
        backoffMs = nextBackoff(backoffMs);
      }
      if (backoffMs > 0) await this.pause(backoffMs);
    }
  }

  /** One batch: what a receive gives or, with a batching window, what comes until the batch is full or the window over. */
  private async gather(): Promise<QueueMessage[]> {
    const { client, batchSize, batchingWindowSeconds } = this.options;
    const { signal } = this.stopping;
    // One loop waits for messages; others look and end, which is how their number adapts.
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

  /** Runs the function over a batch and deletes what it handled; false when the function failed as a whole. */
  private async run(messages: readonly QueueMessage[]): Promise<boolean> {
    const { client, queueArn, region, functionName, reportBatchItemFailures } = this.options;
    const event = JSON.stringify(sqsEvent(messages, queueArn, region));
    const unwatched = setTimeout(() => {
      if (this.listening === 0) this.addPoller();
    }, UNWATCHED_MS);
    const result = await this.options.invoke(functionName, event).finally(() => clearTimeout(unwatched));
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
