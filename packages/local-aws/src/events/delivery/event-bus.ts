import { randomUUID } from 'node:crypto';
import type { Faults } from '../../faults/faults.ts';
import type { Chance } from '../../faults/step.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import { isObject, type JsonObject } from '../../json.ts';
import type { Rule } from '../definitions.ts';
import type { Delivery, DeliveryLimits, DeliveryQueue, Sender } from '../state/delivery-queue.ts';
import { targetInput } from './target-input.ts';
import { TargetDenied } from './targets.ts';

export interface BusEvent {
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: JsonObject;
  readonly resources?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly time?: number;
}

export interface EventBusOptions {
  /** Called for each event, because clients can add rules. Schedules are read once, at the start. */
  rules(): readonly Rule[];
  readonly queue: DeliveryQueue;
  readonly faults: Faults;
  readonly chance: Chance;
  now(): number;
  /** Calls a target. A rejection leads to a retry, but a missing permission does not. */
  deliver(targetArn: string, payload: string, sender: Sender): Promise<void>;
  /** Receives the first failure of a delivery, and the last one if it is given up. */
  onError(error: unknown): void;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_RETRY_DELAY_MS = 1_000;
const MAX_RETRY_DELAY_MS = 60_000;
const CONCURRENCY = 32;
/** The longest delay of a timer in Node. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Accepts events, matches them with the rules and delivers them to the targets, with retries. */
export class EventBus {
  readonly #options: EventBusOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #inProgress = new Set<number>();
  #pump: NodeJS.Timeout | undefined;
  #started = false;
  #closed = false;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** Starts deliveries and schedules. Before that, events are only accepted. */
  start(): void {
    this.#started = true;
    for (const rule of this.#options.rules()) this.#schedule(rule);
    this.#wake();
  }

  /**
   * Accepts an event and returns its id. After `settled` a kill does not lose the event. It is delivered once for each of the delays, in
   * milliseconds.
   */
  publish(event: BusEvent, delaysMs: readonly number[] = [0]): string {
    const { rules, queue, faults, chance, now } = this.#options;
    const id = randomUUID();
    const matching = rules().filter(({ bus, enabled, matches }) => enabled && bus === event.bus && matches);
    if (matching.length === 0) return id;
    const envelope = toEnvelope(event, id, now());
    const { dropRate, delayMs } = faults.current.services.events;
    if (dropRate > 0 && chance.random() < dropRate) return id;
    for (const rule of matching) {
      if (!rule.matches?.(envelope)) continue;
      for (const { arn, settings } of rule.targets) {
        for (const delay of delaysMs) {
          const dueAt = Math.round(now() + delayMs + delay);
          queue.add(arn, targetInput(settings, envelope, rule), dueAt, limitsOf(rule, settings, now()));
        }
      }
    }
    this.#wake();
    return id;
  }

  settled(): Promise<void> {
    return this.#options.queue.settled();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#pump);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #wake(): void {
    clearTimeout(this.#pump);
    if (this.#closed || !this.#started) return;
    const due = this.#options.queue.nextDue();
    if (due === undefined) return;
    const wait = Math.min(Math.max(due - this.#options.now(), 0), MAX_TIMER_MS);
    this.#pump = setTimeout(() => this.#deliverDue(), wait);
  }

  #deliverDue(): void {
    const { queue, now } = this.#options;
    const free = CONCURRENCY - this.#inProgress.size;
    if (free <= 0) return;
    const due = queue.due(now(), CONCURRENCY).filter(({ id }) => !this.#inProgress.has(id));
    for (const delivery of due.slice(0, free)) {
      this.#inProgress.add(delivery.id);
      this.#attempt(delivery).finally(() => {
        this.#inProgress.delete(delivery.id);
        this.#wake();
      });
    }
    // Deliveries in progress stay due until they end, and then call #wake again.
    if (this.#inProgress.size === 0) this.#wake();
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { queue, now, deliver, onError } = this.#options;
    try {
      await deliver(delivery.targetArn, delivery.payload, delivery.limits.sender);
      if (!this.#closed) queue.remove(delivery);
    } catch (error) {
      if (this.#closed) return;
      const { giveUpAt, maxRetries, deadLetterArn, sender } = delivery.limits;
      // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
      const isHopeless = error instanceof TargetDenied;
      if (isHopeless || now() > giveUpAt || delivery.attempts >= maxRetries) {
        queue.remove(delivery);
        if (deadLetterArn !== undefined)
          queue.add(deadLetterArn, delivery.payload, now(), {
            giveUpAt: now() + DAY_MS,
            maxRetries: 185,
            // The policy of the queue must allow the service, also if the target is called with a role.
            sender: { service: sender.service, sourceArn: sender.sourceArn },
          });
        onError(error);
        return;
      }
      if (delivery.attempts === 0) onError(error);
      queue.postpone(delivery, now() + Math.min(FIRST_RETRY_DELAY_MS * 2 ** delivery.attempts, MAX_RETRY_DELAY_MS));
    }
  }

  #schedule(rule: Rule): void {
    if (!rule.schedule || !rule.enabled) return;
    const due = rule.schedule(this.#options.now());
    if (due === undefined) return;
    const wait = due - this.#options.now();
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        if (wait <= MAX_TIMER_MS) this.#fire(rule, due);
        this.#schedule(rule);
      },
      Math.min(wait, MAX_TIMER_MS),
    );
    this.#timers.add(timer);
  }

  #fire(rule: Rule, time: number): void {
    const { arn, origin, targets } = rule;
    const { queue, now } = this.#options;
    const event = { bus: 'default', source: origin, detailType: 'Scheduled Event', detail: {}, resources: [arn], time };
    const envelope = toEnvelope(event, randomUUID(), now());
    for (const { arn: target, settings } of targets) {
      queue.add(target, targetInput(settings, envelope, rule), now(), limitsOf(rule, settings, now()));
    }
    this.#wake();
  }
}

const SERVICES = { 'aws.events': 'events.amazonaws.com', 'aws.scheduler': 'scheduler.amazonaws.com' } as const;

/** The retry policy of a target, and who calls it. The default of EventBridge is 185 retries in 24 hours. */
function limitsOf(rule: Rule, { RetryPolicy, DeadLetterConfig, RoleArn }: JsonObject, now: number): DeliveryLimits {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = isObject(RetryPolicy) ? RetryPolicy : {};
  const deadLetterArn = isObject(DeadLetterConfig) ? DeadLetterConfig.Arn : undefined;
  return {
    giveUpAt: now + Number(MaximumEventAgeInSeconds ?? 86_400) * 1000,
    maxRetries: Number(MaximumRetryAttempts ?? 185),
    ...(typeof deadLetterArn === 'string' ? { deadLetterArn } : {}),
    sender: {
      service: SERVICES[rule.origin],
      sourceArn: rule.arn,
      ...(typeof RoleArn === 'string' ? { roleArn: RoleArn } : {}),
    },
  };
}

/** The event in the form that rules and targets receive. */
function toEnvelope(
  { source, detailType, detail, resources = [], time }: BusEvent,
  id: string,
  now: number,
): JsonObject {
  return {
    version: '0',
    id,
    'detail-type': detailType,
    source,
    account: LOCAL_ACCOUNT,
    // EventBridge cuts the time to whole seconds.
    time: new Date(time ?? now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: LOCAL_REGION,
    resources: [...resources],
    detail,
  };
}
