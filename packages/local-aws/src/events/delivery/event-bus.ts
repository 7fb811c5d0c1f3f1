import { randomUUID } from 'node:crypto';
import type { Faults } from '../../faults/faults.ts';
import type { Chance } from '../../faults/step.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import { isObject, type JsonObject } from '../../json.ts';
import type { Rule } from '../definitions.ts';
import type { Delivery, DeliveryLimits, DeliveryQueue } from '../state/delivery-queue.ts';
import { targetInput } from './target-input.ts';

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
  /** Asked at each event: clients make rules, too. Schedules are those that stand at the start. */
  rules(): readonly Rule[];
  readonly queue: DeliveryQueue;
  readonly faults: Faults;
  readonly chance: Chance;
  now(): number;
  /** Calls a target; rejects where it has to be tried again. */
  deliver(targetArn: string, payload: string): Promise<void>;
  /** Told of a target that refuses, and of an event that was given up. */
  onError(error: unknown): void;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const AT_ONCE = 32;
/** A timer of Node's goes no further than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Takes events, finds the rules that match, and gets them to the rules' targets, trying again until it works. */
export class EventBus {
  readonly #options: EventBusOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #underway = new Set<number>();
  #pump: NodeJS.Timeout | undefined;
  #started = false;
  #closed = false;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** Begins to deliver and to fire schedules; until then events are only accepted. */
  start(): void {
    this.#started = true;
    for (const rule of this.#options.rules()) this.#schedule(rule);
    this.#wake();
  }

  /** Accepts an event and gives its id. Once `settled`, a kill does not lose it. */
  publish(event: BusEvent): string {
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
        queue.add(arn, targetInput(settings, envelope, rule), now() + delayMs, limitsOf(settings, now()));
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
    const wait = Math.min(Math.max(due - this.#options.now(), 0), LONGEST_TIMER_MS);
    this.#pump = setTimeout(() => this.#deliverDue(), wait);
  }

  #deliverDue(): void {
    const { queue, now } = this.#options;
    const free = AT_ONCE - this.#underway.size;
    if (free <= 0) return;
    const due = queue.due(now(), AT_ONCE).filter(({ id }) => !this.#underway.has(id));
    for (const delivery of due.slice(0, free)) {
      this.#underway.add(delivery.id);
      this.#attempt(delivery).finally(() => {
        this.#underway.delete(delivery.id);
        this.#wake();
      });
    }
    // What is under way stays due until it ends, and wakes this again then.
    if (this.#underway.size === 0) this.#wake();
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { queue, now, deliver, onError } = this.#options;
    try {
      await deliver(delivery.targetArn, delivery.payload);
      if (!this.#closed) queue.remove(delivery);
    } catch (error) {
      if (this.#closed) return;
      const { giveUpAt, maxRetries, deadLetterArn } = delivery.limits;
      if (now() > giveUpAt || delivery.attempts >= maxRetries) {
        queue.remove(delivery);
        if (deadLetterArn !== undefined)
          queue.add(deadLetterArn, delivery.payload, now(), { giveUpAt: now() + DAY_MS, maxRetries: 185 });
        onError(error);
        return;
      }
      if (delivery.attempts === 0) onError(error);
      queue.postpone(delivery, now() + Math.min(FIRST_RETRY_MS * 2 ** delivery.attempts, LONGEST_RETRY_MS));
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
        if (wait <= LONGEST_TIMER_MS) this.#fire(rule, due);
        this.#schedule(rule);
      },
      Math.min(wait, LONGEST_TIMER_MS),
    );
    this.#timers.add(timer);
  }

  #fire(rule: Rule, time: number): void {
    const { arn, origin, targets } = rule;
    const { queue, now } = this.#options;
    const event = { bus: 'default', source: origin, detailType: 'Scheduled Event', detail: {}, resources: [arn], time };
    const envelope = toEnvelope(event, randomUUID(), now());
    for (const { arn: target, settings } of targets) {
      queue.add(target, targetInput(settings, envelope, rule), now(), limitsOf(settings, now()));
    }
    this.#wake();
  }
}

/** A target's retry policy; EventBridge's own is 185 retries in 24 hours. */
function limitsOf({ RetryPolicy, DeadLetterConfig }: JsonObject, now: number): DeliveryLimits {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = isObject(RetryPolicy) ? RetryPolicy : {};
  const deadLetterArn = isObject(DeadLetterConfig) ? DeadLetterConfig.Arn : undefined;
  return {
    giveUpAt: now + Number(MaximumEventAgeInSeconds ?? 86_400) * 1000,
    maxRetries: Number(MaximumRetryAttempts ?? 185),
    ...(typeof deadLetterArn === 'string' ? { deadLetterArn } : {}),
  };
}

/** An event as rules and targets see it. */
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
    // EventBridge has whole seconds here.
    time: new Date(time ?? now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: LOCAL_REGION,
    resources: [...resources],
    detail,
  };
}
