import type { Faults } from '../faults/faults.ts';
import type { Chance } from '../faults/step.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { ServiceHandler } from '../gateway/types.ts';
import type { Maxima } from '../limits/limits.ts';
import type { Template } from '../template/template.ts';
import { busesOf, rulesOf } from './definitions.ts';
import { EventBus } from './delivery/event-bus.ts';
import { callTarget } from './delivery/targets.ts';
import { eventsApi } from './protocol.ts';
import { DeliveryQueue } from './state/delivery-queue.ts';
import { RuleStore } from './state/rule-store.ts';

export interface EventBridgeOptions {
  readonly template: Template;
  /** Folder of rules and undelivered events. */
  readonly folder: string;
  /** Targets are called through it. */
  readonly gateway: Pick<Gateway, 'call' | 'url'>;
  readonly faults: Faults;
  readonly chance: Chance;
  readonly max: Maxima;
  now(): number;
  onError(error: unknown): void;
}

export interface EventBridge {
  readonly handler: ServiceHandler;
  readonly bus: EventBus;
  close(): void;
}

/**
 * EventBridge. `protocol.ts` reads and answers calls, `operations/` has a function for each operation, `state/` keeps rules and
 * undelivered events; `matching/` compiles patterns and schedules, `delivery/` brings events to their targets, and
 * `definitions.ts` holds the rules that the template asks for.
 */
export function eventBridge({ template, folder, gateway, max, ...deps }: EventBridgeOptions): EventBridge {
  const queue = new DeliveryQueue(folder);
  const rules = new RuleStore({ rules: rulesOf(template), buses: busesOf(template), folder });
  const bus = new EventBus({
    ...deps,
    queue,
    rules: () => rules.all,
    deliver: (arn, payload, sender) => callTarget(gateway.call, { arn, payload, sender, awsEndpoint: gateway.url }),
  });
  return {
    handler: eventsApi({ bus, rules, max }),
    bus,
    close() {
      bus.close();
      queue.close();
    },
  };
}
